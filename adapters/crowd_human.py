"""CrowdHuman: JSON lines of images with the full, visible and head box of each person.

Layout:  <root>/annotation_train.odgt, <root>/annotation_val.odgt and <root>/Images/<ID>.jpg; the images may
         also be in CrowdHuman_train01/Images … as the archives unpack
Keys:    {"ID": "273271,c9db000d5146c15", "gtboxes": [{"tag": "person", "fbox": [72, 202, 163, 503],
         "vbox": [72, 202, 163, 398], "hbox": [171, 208, 62, 83], "extra": {"box_id": 0, "occ": 0},
         "head_attr": {"ignore": 0, "occ": 0, "unsure": 0}}]}
Units:   boxes are x, y, width, height in pixels, 0-based edges; a full box may leave its image
Source:  https://www.crowdhuman.org/download.html

A `mask` (crowd, reflection, picture of a person), and whatever is to be ignored, is an ignored region. `occ`
is the box's occlusion, all other keys of `extra` (of `head_attr` for heads) are its attributes. Lines are
read one after another. When written, a box is a full box; what the format has no key for is a further key:
width, height, score and the attributes of the image.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from posixpath import normpath
from typing import Literal, TextIO

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.flat_names import FlatNames, bad_name, extension_of, plain_name
from boxwright.core.layout.image_folder import ImageFolder, stem_of
from boxwright.core.layout.source_files import folders
from boxwright.core.numbers import decimal, pixels, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.json_document import Json, Object
from boxwright.core.parsing.json_lines import json_lines
from boxwright.core.parsing.json_values import list_at, object_at, text_at
from boxwright.core.parsing.optional_values import OptionalValues
from boxwright.core.parsing.width_height import edges_of, sides
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, ImageRecord, Scalar, unsafe_path
from boxwright.core.write_context import WriteContext

LIST = re.compile(r"annotation(?:_(.+))?\.odgt")
UNSPLIT, ODGT, IMAGES, JPEG = "annotation.odgt", ".odgt", "Images", ".jpg"
MASK = "mask"
BOXES = {"full": "fbox", "visible": "vbox", "head": "hbox"}
HEAD = "head"
IMAGE_KEYS = ("ID", "gtboxes", "width", "height", "attributes")
BOX_KEYS = ("tag", *BOXES.values(), "head_attr", "extra", "score", "attributes")
EXTRA_KEYS = ("ignore", "occ", "attributes")
HINT = "give the folder that holds annotation_train.odgt"
BOX_HINT = "option box chooses full, visible or head"


class CrowdHumanOptions(Options):
    """Options of the CrowdHuman adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the .odgt files")
    box: Literal["full", "visible", "head"] = reads(
        "full",
        "box of each person: the whole body, hidden parts too; what is visible; or the head (label head)",
    )


def read(path: Path, options: CrowdHumanOptions) -> Source:
    """Find the .odgt files at, in or beside a path, and the folders of the images."""
    path = Path(os.path.abspath(path))
    root, files = _files(path)
    if not files:
        raise AnnotationError(path, "", "no CrowdHuman annotations: there is no .odgt file", HINT)
    images = [ImageFolder(folder) for folder in _image_folders(options.images or root)]

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for file in files:
            optional = OptionalValues(context, file)
            for line, value in json_lines(file):
                record = _record(value, line, file, images, options, optional, context)
                if record is not None:
                    yield record

    return Source(root=root, scan=scan)


def write(dataset: Dataset, options: CrowdHumanOptions, context: WriteContext) -> None:
    """Write a list for each split, and the images below Images/."""
    files: dict[str | None, TextIO] = {}
    names = FlatNames(context, "ID", "")
    with ExitStack() as stack:
        for record in dataset:
            name = _name(record, context)
            if record.split not in files:
                file_name = _file_name(record, context)
                files[record.split] = stack.enter_context(context.open(file_name))
            files[record.split].write(f"{_line(record, names.take(record, name), context)}\n")
            context.place(record, f"{IMAGES}/{name}")
        if not files:
            stack.enter_context(context.open(UNSPLIT))


def sniff(path: Path) -> bool:
    """Whether the first line of an .odgt file has an ID and boxes, or a list of CrowdHuman's is empty."""
    try:
        _, files = _files(Path(os.path.abspath(path)))
        _, first = next(json_lines(files[0]), (0, None)) if files else (0, None)
        empty = any(LIST.fullmatch(file.name) and not file.stat().st_size for file in files[:1])
    except (OSError, AnnotationError):
        return False
    return empty or (isinstance(first, dict) and {"ID", "gtboxes"} <= first.keys())


# Layout: where the lists and the images are.


def _files(path: Path) -> tuple[Path, list[Path]]:
    """The root and its lists: a file itself, or those of a folder, or of the one above the images."""
    if path.is_file():
        return path.parent, [path] if path.suffix.lower() == ODGT else []
    for root in (path, path.parent) if path.name.casefold() == IMAGES.casefold() else (path,):
        found = sorted(file for file in root.iterdir() if file.suffix.lower() == ODGT and file.is_file())
        if found:
            return root, found
    return path, []


def _image_folders(root: Path) -> list[Path]:
    """Every folder of images: Images here or in a folder below, that folder, and the root itself."""
    below = folders(root)
    inside = [each for folder in below for each in folders(folder) if each.name.casefold() == "images"]
    named = [folder for folder in below if folder.name.casefold() == "images"]
    return [*named, *inside, *(folder for folder in below if folder not in named), root]


# Reading.


def _record(
    value: Json,
    line: int,
    file: Path,
    images: Sequence[ImageFolder],
    options: CrowdHumanOptions,
    optional: OptionalValues,
    context: ReadContext,
) -> ImageRecord | None:
    value = object_at(value, file, str(line))
    id = text_at(value.get("ID"), file, f"{line} ID")
    if fact := unsafe_path(id):
        raise AnnotationError(file, f"{line} ID", f"{shortened(id)} {fact}")
    split = _split(file)
    path, image = _image(normpath(id), images)
    if context.repeated(path, split, file, line):
        return None
    frame = context.frame(
        image,
        path=file,
        declared=_size(value, file, line),
        where=str(line),
        missing=f"no image {path!r}",
        missing_where=f"{line} ID",
    )
    if frame is None:
        return None
    boxes: list[Box] = []
    ignored: list[Box] = []
    for index, entry in enumerate(_entries(value, file, line)):
        box, counts = _box(entry, f"{line} gtboxes[{index}]", file, frame, options.box, optional)
        if box is not None:
            (boxes if counts else ignored).append(box)
    attributes = optional.attributes(value, IMAGE_KEYS, str(line))
    return frame.record(path, boxes, where=line, ignored=tuple(ignored), split=split, attributes=attributes)


def _entries(value: Object, file: Path, line: int) -> list[Object]:
    place = f"{line} gtboxes"
    entries = list_at(value.get("gtboxes"), file, place)
    return [object_at(entry, file, f"{place}[{index}]") for index, entry in enumerate(entries)]


def _split(file: Path) -> str | None:
    named = LIST.fullmatch(file.name)
    return named[1] if named else None


def _image(id: str, images: Sequence[ImageFolder]) -> tuple[str, ImageFile | None]:
    """The image's name inside its folder, and where it is."""
    for folder in images:
        if found := folder.by_stem(id) or (id if stem_of(id) != id and folder.has(id) else None):
            return found, folder.file(found)
    return (id if stem_of(id) != id else f"{id}{JPEG}"), None


def _size(value: Object, file: Path, line: int) -> Size | None:
    width, height = value.get("width"), value.get("height")
    if width is None or height is None:
        return None
    with reading(file, line):
        return pixels(width, "width"), pixels(height, "height")


def _box(
    entry: Object, where: str, file: Path, frame: Frame, chosen: str, optional: OptionalValues
) -> tuple[Box | None, bool]:
    """A box, None where a problem's action drops it, and whether it is one to be found."""
    tag = text_at(entry.get("tag"), file, f"{where}.tag")
    key = BOXES["full" if tag == MASK else chosen]
    place = f"{where}.{key}"
    if key not in entry:
        there = ", ".join(name for name in BOXES.values() if name in entry) or "none"
        raise AnnotationError(file, place, f"is missing; boxes stated: {there}", BOX_HINT)
    with reading(file, place):
        edges = edges_of(entry[key])
    of_head = tag != MASK and chosen == HEAD
    about = f"{where}.head_attr" if of_head else f"{where}.extra"
    extra, head = (_known(entry.get(name)) for name in ("extra", "head_attr"))
    stated = head if of_head else extra
    flags = [optional.field(each, "ignore", about, "crowd") for each in (extra, stated)]
    counts = tag != MASK and not any(flags)
    make = frame.box if counts else frame.region
    attributes = optional.attributes(stated, EXTRA_KEYS, about) | optional.attributes(entry, BOX_KEYS, where)
    made = make(
        HEAD if of_head else tag,
        edges,
        where=place,
        occluded=optional.field(stated, "occ", about, "occluded"),
        score=optional.field(entry, "score", where),
        attributes=attributes,
    )
    return made, counts


def _known(value: object) -> Object:
    return value if isinstance(value, dict) else {}


# Writing.


def _name(record: ImageRecord, context: WriteContext) -> str:
    """The name of a record's image below Images/, with an extension: an ID has none."""
    name = plain_name(record, context)
    if record.file is None or context.images == "none":
        if not name.endswith(JPEG):
            context.lose("path", "an ID has no extension: an image that is missing is taken for a .jpg")
    elif stem_of(name) == name:
        context.lose("path", "CrowdHuman finds images by their extension, so one is added")
        name += extension_of(record.file)
    if any(map(bad_name, name.split("/"))):
        context.refuse(record, f"{name!r} cannot be a file's name")
    return name


def _file_name(record: ImageRecord, context: WriteContext) -> str:
    name = UNSPLIT if record.split is None else f"annotation_{record.split}.odgt"
    if record.split == "" or bad_name(name):
        context.refuse(record, f"the split {record.split!r} cannot be part of a file's name")
    return name


def _line(record: ImageRecord, id: str, context: WriteContext) -> str:
    if any(box.label == MASK for box in record.boxes):
        hint = f"--map {MASK}=other renames it"
        context.refuse(record, "mask is no class: CrowdHuman has it for regions to ignore", hint)
    boxes = [_entry(box, {}, context) for box in record.boxes]
    boxes += [_entry(region, {"ignore": 1}, context) for region in record.ignored]
    further: dict[str, object] = {}
    if record.width is not None:
        further = {"width": record.width, "height": record.height}
    further |= _free(record.attributes, IMAGE_KEYS)
    text = json.dumps(further)[1:-1]
    return f'{{"ID": {json.dumps(id)}, "gtboxes": [{", ".join(boxes)}]{text and ", "}{text}}}'


def _entry(box: Box, extra: dict[str, object], context: WriteContext) -> str:
    numbers = ", ".join(map(decimal, sides(box.edges, context)))
    if box.occluded is not None:
        extra["occ"] = box.occluded
    extra |= _free(box.attributes, (*EXTRA_KEYS, *BOX_KEYS))
    score = "" if box.score is None else f', "score": {json.dumps(box.score)}'
    return f'{{"tag": {json.dumps(box.label)}, "fbox": [{numbers}], "extra": {json.dumps(extra)}{score}}}'


def _free(attributes: Mapping[str, Scalar], taken: Sequence[str]) -> dict[str, object]:
    """Attributes as further keys; those whose names are taken, in an object of their own."""
    found: dict[str, object] = {key: value for key, value in attributes.items() if key not in taken}
    inside = {key: value for key, value in attributes.items() if key in taken}
    return found | ({"attributes": inside} if inside else {})


ADAPTER = Adapter(
    name="crowd_human",
    summary="CrowdHuman (JSON lines of people, .odgt)",
    source="https://www.crowdhuman.org/download.html",
    options=CrowdHumanOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "split", "ignored", "occluded", "score", "attributes"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer CrowdHuman to the plugin manager."""
    return [ADAPTER]
