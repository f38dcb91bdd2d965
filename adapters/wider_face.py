"""WIDER FACE: a text file of images and their faces for each split.

Layout:   <root>/wider_face_split/wider_face_<split>_bbx_gt.txt, <root>/WIDER_<split>/images/<event>/a.jpg
Lines:    an image's path; the number of its faces; a line for each face, or zeros where there is none
Columns:  x y width height  blur expression illumination invalid occlusion pose
Units:    pixels from the top left corner, 0-based edges; blur and occlusion from 0 to 2, the others 0 or 1
Source:   wider_face_split/readme.txt of http://shuoyang1213.me/WIDERFACE/

Every box is a face unless a column behind the others names it, as Datumaro writes; it also writes `-` for a
flag that is unknown (with invalid last), leaves flags out, and the number where there is no face. Occlusion
is the box's; the other five are attributes, also `invalid` (a face that the evaluation leaves out). Flags
must be stated: `-0`, which is 0 to every tool, is unknown. wider_face_test_filelist.txt names images whose
faces are secret: it is not read. A name that two splits have for two images is put below the split's name.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame
from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.layout.flat_names import bad_name, plain_name
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.listed_images import ImageList, shared_names
from boxwright.core.layout.source_files import folders
from boxwright.core.numbers import Rounding, decimal, number, rounded, shortened
from boxwright.core.options import Options, reads, writes
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.text_lines import text_lines
from boxwright.core.parsing.width_height import sides
from boxwright.core.parsing.zero_flags import flag_of, flag_text
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, ImageRecord, Scalar
from boxwright.core.write_context import WriteContext

LISTS_FOLDER = "wider_face_split"
LIST = re.compile(r"wider_face(?:_(.+))?_bbx_gt\.txt")
LABEL = "face"
NAMES = ("x", "y", "width", "height")
# The columns behind, and the greatest value of each.
FLAGS = {"blur": 2, "expression": 1, "illumination": 1, "invalid": 1, "occlusion": 2, "pose": 1}
OCCLUSION = "occlusion"
UNSTATED = "-"
WORDS = {"True": "1", "False": "0"}
COLUMNS = (4, 5, 10, 11)
COUNT = re.compile(r"\d{1,6}", re.ASCII)
MOST_CHARACTERS = 1 << 16  # of a line; a path has at most 4,096
END = 0, ""  # what follows the last line
MOST_FACES = 100_000  # of an image; the most in a training image are 1,968
HINT = "give the folder that holds wider_face_split"
TEXT_HINT = "WIDER FACE files are plain text: save it as UTF-8"


class WiderFaceOptions(Options):
    """Options of the WIDER FACE adapter."""

    images: DirectoryPath | None = reads(
        None, "folder of the images, or of WIDER_<split>, when these are not beside wider_face_split"
    )
    round: Rounding = writes("none", "edges as they are, or outward to whole pixels, as some readers want")


def read(path: Path, options: WiderFaceOptions) -> Source:
    """Find the lists at, in or beside a path, and the images of each."""
    path = Path(os.path.abspath(path))
    found = _lists(path)
    if not found:
        raise AnnotationError(path, "", "no list of faces: no file named wider_face_<split>_bbx_gt.txt", HINT)
    root = found[0].parent.parent if found[0].parent.name == LISTS_FOLDER else found[0].parent
    lists = _image_lists(found, options.images or root)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for each in lists:
            for entry in _entries(each.path, context):
                if record := _record(entry, each, context):
                    yield record

    return Source(root=root, scan=scan)


def write(dataset: Dataset, options: WiderFaceOptions, context: WriteContext) -> None:
    """Write a list for each split, and its images."""
    files: dict[str, TextIO] = {}
    with ExitStack() as stack:
        for record in dataset:
            name = _name(record, context)
            split = f"_{record.split}" if record.split else ""
            if split not in files:
                files[split] = stack.enter_context(context.open(_list_name(split)))
            rows = [_row(box, options, context) for box in record.boxes]
            none = [] if rows else [" ".join(["0"] * 10)]
            text = "\n".join([name, str(len(rows)), *rows, *none])
            files[split].write(f"{text}\n")
            context.place(record, f"WIDER{split}/images/{name}")
        if not files:
            stack.enter_context(context.open(_list_name("")))


def sniff(path: Path) -> bool:
    """Whether a list of faces is where it belongs, and is empty or begins with an image and a number."""
    try:
        found = _lists(Path(os.path.abspath(path)))
        heads = [list(_head(file)) for file in found if LIST.fullmatch(file.name)]
        return any(head == ["", ""] or bool(COUNT.fullmatch(head[1])) for head in heads)
    except (OSError, UnicodeDecodeError):
        return False


def _head(path: Path) -> Iterator[str]:
    with open(path, encoding="utf-8-sig") as file:
        for _ in range(2):
            yield file.readline(1000).strip()


# Layout: where the lists and the images are.


def _lists(path: Path) -> list[Path]:
    """The lists of a data set: a file itself, those in a folder, in its list folder or beside it."""
    if path.is_file():
        return [path]
    places = [path, path / LISTS_FOLDER, *(folder / LISTS_FOLDER for folder in folders(path))]
    places += [path.parent / LISTS_FOLDER] if path.name.startswith("WIDER_") else []
    places += [path.parent.parent / LISTS_FOLDER] if path.parent.name.startswith("WIDER_") else []
    found = (sorted(place.glob("wider_face*_bbx_gt.txt")) for place in places)
    return next(filter(None, found), [])


def _list_name(split: str) -> str:
    return f"{LISTS_FOLDER}/wider_face{split}_bbx_gt.txt"


def _image_lists(files: Sequence[Path], root: Path) -> list[ImageList]:
    splits = {file: _split(file) for file in files}
    folders = {file: ImageFolder(_image_folder(split, root)) for file, split in splits.items()}
    shared = shared_names({file: _names(file) for file in files}, folders)
    return [ImageList(path=file, split=splits[file], images=folders[file], shared=shared) for file in files]


def _split(file: Path) -> str | None:
    named = LIST.fullmatch(file.name)
    return named[1] if named else None


def _image_folder(split: str | None, root: Path) -> Path:
    wider = f"WIDER_{split}" if split else "WIDER"
    tops = [root / wider, root / wider / wider, *(folder / wider for folder in folders(root)), root]
    return next((top / "images" for top in tops if (top / "images").is_dir()), root)


def _names(path: Path) -> Iterator[str]:
    """The names of all images of a list, which is read for them only when they are asked for."""
    return (line for _, line in _filled_lines(path) if _is_image(line))


# Reading.


@dataclass(frozen=True, slots=True)
class _Entry:
    """An image and its rows of columns, each with its line."""

    name: str
    line: int
    rows: Sequence[tuple[int, list[str]]]


def _entries(path: Path, context: ReadContext) -> Iterator[_Entry]:
    following = _filled_lines(path)
    line, name = next(following, END)
    while name:
        at, text = next(following, END)
        count = _count(text, name, line, at, path, context)
        rows = [(number, row.split()) for number, row in islice(following, count or 0)]
        if len(rows) < (count or 0):
            fact = f"{count} faces announced, the file ends after {len(rows)}"
            raise AnnotationError(path, line, fact, "was it copied whole?")
        yield _Entry(name, line, rows)
        if count is not None:
            at, text = next(following, END)
        if count == 0 and set(text.split()) == {"0"}:
            at, text = next(following, END)
        line, name = at, text


def _filled_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, without blanks around them, each with its number."""
    lines = ((number, line.strip()) for number, line in text_lines(path, MOST_CHARACTERS, TEXT_HINT))
    return ((number, line) for number, line in lines if line)


def _count(
    following: str, name: str, line: int, following_line: int, path: Path, context: ReadContext
) -> int | None:
    """The number of faces that follows an image; None where another image does, or nothing."""
    if COUNT.fullmatch(following):
        if int(following) > MOST_FACES:
            raise AnnotationError(path, following_line, f"{following} faces are more than {MOST_FACES}")
        return int(following)
    if not _is_image(name) or (following and not _is_image(following)):
        place = following_line if following else line
        fact = f"expected the number of faces; found {shortened(following or name)}"
        raise AnnotationError(path, place, fact)
    context.problem("missing_field", path, line, f"no number of faces behind {name!r}; it has none")
    return None


def _is_image(text: str) -> bool:
    return os.path.splitext(text)[1].lower() in IMAGE_EXTENSIONS


def _record(entry: _Entry, images: ImageList, context: ReadContext) -> ImageRecord | None:
    image = images.open(context, entry.name, str(entry.line))
    if image is None:
        return None
    return image.record(_box(columns, line, image.frame, images.path) for line, columns in entry.rows)


def _box(columns: list[str], line: int, frame: Frame, path: Path) -> Box | None:
    if len(columns) not in COLUMNS:
        fact = f"expected 10 columns: x y width height and six flags; found {len(columns)}"
        raise AnnotationError(path, line, fact, cut_hint(path, line, short=len(columns) < max(COLUMNS)))
    label = columns[-1] if len(columns) in (5, 11) else LABEL
    with reading(path, line):
        x, y, width, height = map(number, columns, NAMES)
    flags = _flags(columns[4:10] if len(columns) > 5 else (), line, frame, path)
    return frame.box(
        label,
        (x, y, x + width, y + height),
        where=line,
        occluded=flags.pop(OCCLUSION, None),
        attributes=flags,
    )


def _flags(texts: Iterable[str], line: int, frame: Frame, path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for (name, most), text in zip(FLAGS.items(), texts, strict=False):
        try:
            value = None if text == UNSTATED else flag_of(WORDS.get(text, text), most)
        except ValueError as error:
            frame.reporter.problem("invalid_attribute", path, line, f"{name}: {error}")
        else:
            found |= {} if value is None else {name: value}
    return found


# Writing.


def _name(record: ImageRecord, context: WriteContext) -> str:
    """The name of an image; refuses a record that WIDER FACE cannot hold, and reports what of it is lost."""
    name = plain_name(record, context)
    names = [*name.split("/"), f"WIDER_{record.split or ''}"]
    if name != name.strip() or record.split == "" or any(map(bad_name, names)):
        context.refuse(record, "a list cannot hold this name")
    if not _is_image(name):
        context.refuse(record, "images are told by their extension, and this one has none")
    if (record.file is None or context.images == "none") and record.width is not None:
        context.lose("width", "WIDER FACE states no size: without its image it is unknown")
    context.lose("attributes", "an image has none in WIDER FACE", int(bool(record.attributes)))
    for box in record.boxes:
        if box.label != LABEL:
            hint = f'--map "{box.label}={LABEL}" renames it'
            context.refuse(record, f"label {box.label!r}: WIDER FACE has faces only", hint)
    return name


def _row(box: Box, options: WiderFaceOptions, context: WriteContext) -> str:
    edges = rounded(box.edges, options.round)
    if edges != box.edges:
        context.lose("edges", f"rounded {options.round}")
    stated = _stated(box, context)
    flags = " ".join(flag_text(stated.get(name)) for name in FLAGS)
    return f"{' '.join(map(decimal, sides(edges, context)))} {flags}"


def _stated(box: Box, context: WriteContext) -> Mapping[str, int]:
    """The flags of a box by their columns."""
    flags: dict[str, int] = {}
    for name, value in box.attributes.items():
        if name != OCCLUSION and _is_flag(name, value):
            flags[name] = int(value)
        else:
            context.lose("attributes", f"WIDER FACE has only {', '.join(FLAGS)}")
    if box.occluded is not None:
        flags[OCCLUSION] = min(box.occluded, FLAGS[OCCLUSION])
        if box.occluded > FLAGS[OCCLUSION]:
            context.lose("occluded", "hidden to an unknown degree becomes heavily occluded")
    return flags


def _is_flag(name: str, value: Scalar) -> bool:
    return type(value) is int and 0 <= value <= FLAGS.get(name, -1)


ADAPTER = Adapter(
    name="wider_face",
    summary="WIDER FACE (a text file of faces for each split)",
    source="http://shuoyang1213.me/WIDERFACE/",
    options=WiderFaceOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "split", "occluded", "attributes"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer WIDER FACE to the plugin manager."""
    return [ADAPTER]
