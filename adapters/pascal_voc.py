"""Pascal VOC: one XML file per image, one list of images per split.

Layout:    <root>/Annotations/000005.xml, <root>/JPEGImages/000005.jpg, <root>/ImageSets/Main/train.txt;
           other names of the two folders, XML beside the images as labelling tools leave it, and
           either of them inside train/, val/, test/ are found as well
Elements:  annotation/{filename, size{width, height, depth}, object*}
           object/{name, pose, truncated, occluded, difficult, bndbox{xmin, ymin, xmax, ymax}, part*}
           and in any order, of other tools: polygon (LabelMe, Roboflow), robndbox (roLabelImg),
           attributes/attribute{name, value} (CVAT)
Units:     1-based pixel indices, maxima inclusive: 1, 1, 1, 1 is the first pixel. Floats occur (VOC2011)
Source:    devkit documentation, http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html

An element's text that no field of ours holds becomes an attribute, named by its path: `part[0]/bndbox/xmin`.
Vertices are points, not pixels: they are moved to our origin, and none of them is widened by a pixel.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from posixpath import normpath
from typing import Literal

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, OptionError
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import IMAGE_EXTENSIONS
from boxwright.core.layout import split_lists
from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.flat_names import FlatNames, bad_name, joined
from boxwright.core.layout.image_folder import ImageFolder, stem_of
from boxwright.core.layout.source_files import extensions, files, folder_named, folders
from boxwright.core.layout.split_lists import Listed, SplitLists
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.layout.unlabelled import Unlabelled, unlabelled
from boxwright.core.numbers import Rounding, decimal, rounded
from boxwright.core.options import Options, reads, writes
from boxwright.core.parsing.voc_elements import ROOT, VocElements, voc_elements
from boxwright.core.parsing.voc_plain import PlainVoc, voc_plain
from boxwright.core.parsing.xml_attributes import attribute_lines
from boxwright.core.parsing.xml_document import element_line, parsed, xml_bytes
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import (
    FEWEST_VERTICES,
    Box,
    Dataset,
    ImageRecord,
    Info,
    Polygon,
    unsafe_path,
)
from boxwright.core.write_context import WriteContext

# Names of the two folders in lower case, the likeliest first.
ANNOTATION_FOLDERS = ("annotations", "annotation", "xmls", "xml", "labels")
IMAGE_FOLDERS = ("jpegimages", "images", "image", "imgs", "img")
LISTS_FOLDER = "imagesets"
XML = ".xml"
MOST_LISTED = 20_000  # files looked at before a tree of unknown layout holds no XML

LAYOUT_HINT = "give the folder above Annotations and JPEGImages, or a folder of XML files"


class PascalVocOptions(Options):
    """Options of the Pascal VOC adapter."""

    images: DirectoryPath | None = reads(
        None, "folder of the images, when they are not beside the annotations"
    )
    imageset: str = reads("Main", "folder below ImageSets whose lists name the splits")
    unlabelled: Unlabelled = reads("skip", "images without an XML file: skip them, or take them as negatives")
    origin: Literal[0, 1] = reads(
        1, "number of the first pixel: 1 as VOC has it, 0 as some tools write; maxima are inclusive in both"
    )
    round: Rounding = writes("none", "edges: as they are, or rounded outward to whole pixels")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a data set was found: its root and one part, or one for each split's folder."""

    root: Path
    parts: tuple[Part, ...]


def read(path: Path, options: PascalVocOptions) -> Source:
    """Find the XML files and the images of a data set at, above or below `path`."""
    layout = _found(path)
    if layout is None:
        raise OptionError(f"{path}: no Pascal VOC annotations here: no folder of XML files", LAYOUT_HINT)
    parts = [_with_images(part, options.images) for part in layout.parts]
    lists = _lists_folder(layout.root, options.imageset)
    return Source(
        root=layout.root,
        scan=lambda context: _scan(parts, lists, options, context),
        info=Info(name=layout.root.name or None),
    )


def write(dataset: Dataset, options: PascalVocOptions, context: WriteContext) -> None:
    """Write an XML file for each record beside its image, and a list for each split."""
    (context.root / "Annotations").mkdir(parents=True, exist_ok=True)  # without records it stays empty
    names = FlatNames(context, "annotation", XML)
    with split_lists.written(context, "ImageSets/Main") as add_to_list:
        for record in dataset:
            name = _file_name(record, context)
            stem = names.take(record, name)
            text = _document(record, name, options, context)
            context.write(f"Annotations/{stem}.xml", text)
            context.place(record, f"JPEGImages/{name}")
            # `_split` finds it for the name with its blanks, too; of blanks alone nothing would be left.
            add_to_list(record, stem.strip() or stem)


def sniff(path: Path) -> bool:
    """Whether the first or the second XML file is a VOC annotation."""
    try:
        layout = _found(path)
        found = (xml for part in layout.parts for xml, _ in part.files(XML)) if layout else ()
        return any(_is_annotation(xml) for xml in islice(found, 2))
    except (OptionError, OSError):
        return False


def _is_annotation(xml: Path) -> bool:
    try:
        return any(child.tag in ("object", "size", "filename") for child in parsed(xml_bytes(xml), xml, ROOT))
    except AnnotationError:
        return False


# Layout: where the XML files and the images are.


def _found(path: Path) -> Layout | None:
    """The data set at a path: its root, its annotations, its images, or a folder above the root."""
    path = Path(os.path.abspath(path))
    if not path.is_dir():
        return None
    inside = path.name.casefold() in (*ANNOTATION_FOLDERS, *IMAGE_FOLDERS, LISTS_FOLDER)
    above = _annotations(path.parent) if inside else None
    if above and (path in (above, above.parent) or not _holds_xml(path)):
        return _layout(path.parent)
    return _layout(path) or _below(path) or _nested(path)


def _layout(root: Path) -> Layout | None:
    """The data set with exactly this root, or None."""
    if annotations := _annotations(root):
        return Layout(root, (_part(root, annotations),))
    splits = [folder for folder in folders(root) if split_of_folder(folder.name)]
    if any(_annotations(folder) or _holds_xml(folder) for folder in splits):
        return Layout(
            root, tuple(_part(each, _annotations(each) or each, f"{each.name}/") for each in splits)
        )
    return None if XML not in extensions(root) else Layout(root, (_part(root, root),))


def _below(folder: Path, depth: int = 2) -> Layout | None:
    """The one data set below a folder: VOCtrainval_06-Nov-2007/VOCdevkit/VOC2007 is the deepest known."""
    inside = {each.name.casefold(): each for each in folders(folder)}
    likely = [
        each
        for name, each in inside.items()
        if len(inside) == 1 or name in IMAGE_FOLDERS or name.startswith("voc")
    ]
    layouts = (_layout(each) or (_below(each, depth - 1) if depth else None) for each in likely)
    found = [layout for layout in layouts if layout]
    if len(found) > 1:
        names = ", ".join(layout.root.name for layout in found)
        raise OptionError(f"{folder}: holds several data sets: {names}", "give the path of one of them")
    return found[0] if found else None


def _nested(root: Path) -> Layout | None:
    """A tree of other folders whose XML files have images beside them."""
    looked_at = islice(files(root), MOST_LISTED)
    first = next((path for path in looked_at if path.suffix.lower() == XML), None)
    mixed = first is not None and not IMAGE_EXTENSIONS.isdisjoint(extensions(first.parent))
    return Layout(root, (Part(root, root),)) if mixed else None


def _annotations(root: Path) -> Path | None:
    """The folder of XML files in a root; an empty one holds an empty data set."""
    named = (folder_named(root, (name,)) for name in ANNOTATION_FOLDERS)
    found = next((each for each in named if each and (_holds_xml(each) or not any(each.iterdir()))), None)
    # Oxford-IIIT Pet has annotations/xmls beside annotations/trimaps.
    return found and (folder_named(found, ("xmls",)) or found)


def _part(root: Path, annotations: Path, prefix: str = "") -> Part:
    """The annotations of a root with the images that go with them."""
    beside = not IMAGE_EXTENSIONS.isdisjoint(extensions(annotations))
    named = folder_named(root, IMAGE_FOLDERS)
    if named and not (beside and annotations == root):
        return Part(annotations, named, prefix)
    if beside or annotations == root:
        return Part(annotations, annotations, prefix)
    return Part(annotations, root, prefix, frozenset({annotations.relative_to(root).parts[0]}))


def _with_images(part: Part, images: Path | None) -> Part:
    """A part whose images are where the option says; below it, in a folder of the split's name."""
    if images is None:
        return part
    folder = images / part.prefix
    if not folder.is_dir():
        raise OptionError(f"pascal_voc option images: {folder} is not a folder")
    return Part(part.annotations, folder, part.prefix)


def _holds_xml(folder: Path) -> bool:
    return next(files(folder, {XML}), None) is not None


# Splits: the lists in ImageSets/Main.


def _lists_folder(root: Path, imageset: str) -> Path | None:
    lists = folder_named(root, (LISTS_FOLDER,))
    found = folder_named(lists, (imageset.casefold(),)) if lists else None
    if found is None and imageset != PascalVocOptions().imageset:
        known = ", ".join(folder.name for folder in folders(lists)) if lists else ""
        fact = f"no folder {imageset!r} in ImageSets; there are {known or 'none'}"
        raise OptionError(f"pascal_voc option imageset: {fact}")
    return found


def _split(stem: str, lists: SplitLists) -> tuple[Listed | None, str | None]:
    """The line that lists an image, and the split that it, or else the first folder, gives the image."""
    folder, _, name = stem.rpartition("/")
    listed = lists.find(stem, stem.strip(), name)
    return listed, listed.split if listed else split_of_folder(folder.partition("/")[0])


# Records.


def _scan(
    parts: Iterable[Part], lists_folder: Path | None, options: PascalVocOptions, context: ReadContext
) -> Iterator[ImageRecord]:
    """The records of all parts; then what is listed and nowhere to be found."""
    found = split_lists.read_lists(lists_folder, "Pascal VOC") if lists_folder else ()
    lists = split_lists.merged(found, context)

    def split(image: str) -> tuple[Listed | None, str | None]:
        return _split(stem_of(image), lists)

    for part in parts:
        images = part.image_folder()
        for xml, stem in part.files(XML):
            if record := _record(xml, stem, part, images, lists, options.origin, context):
                yield record
        yield from unlabelled(part, images, context, options.unlabelled, annotation="XML file", split=split)
    lists.report_missing(context, "an XML file")


def _record(
    xml: Path,
    stem: str,
    part: Part,
    images: ImageFolder,
    lists: SplitLists,
    origin: int,
    context: ReadContext,
) -> ImageRecord | None:
    """The record of one XML file; None when a problem's action skips it."""
    _, split = _split(part.prefix + stem, lists)
    annotation = _annotation(xml)
    image = _image(xml, annotation.filename, stem, images, context)
    if image is None or not context.claim(part.prefix + image[0], xml, "filename"):
        return None
    name, file = image
    frame = _frame(xml, annotation.size(context), name, file, context)
    if frame is None:
        return None
    boxes = annotation.boxes(frame, origin)
    return frame.record(part.prefix + name, boxes, split=split, attributes=annotation.attributes(frame))


def _annotation(xml: Path) -> PlainVoc | VocElements:
    data = xml_bytes(xml)
    return voc_plain(data) or voc_elements(data, xml)


def _image(
    xml: Path, name: str, stem: str, images: ImageFolder, context: ReadContext
) -> tuple[str, ImageFile | None] | None:
    """The image's name inside its folder and, where it is there, its file; None when the policy skips it.

    name   as the annotation states it; empty where it does not
    stem   the XML file's name inside the annotations, without extension: the reliable key
    """
    if not name:
        found = images.by_stem(stem)
        message = f"no file name; {found or stem!r} is taken"
        if context.problem("missing_field", xml, "filename", message) == "skip":
            return None
        return found or stem, images.file(found) if found else None
    folder, unsafe = stem.rpartition("/")[0], unsafe_path(name)
    inside = name if "/" in name or not folder else f"{folder}/{name}"
    found = inside if not unsafe and images.has(inside) else None
    if found is None:
        found = context.locate(images, name, xml, "filename", fallback=stem)
    path = normpath(found or (stem if unsafe else inside))
    return path, images.file(path) if found else None


def _frame(
    xml: Path, declared: Size | None, name: str, file: ImageFile | None, context: ReadContext
) -> Frame | None:
    frame = context.frame(
        file,
        path=xml,
        declared=declared,
        where="size",
        missing=f"no image {name!r}",
        missing_where="filename",
    )
    if frame is None or declared or frame.width is None:
        return frame
    message = f"no width and height; the image is {frame.width} x {frame.height}"
    return None if context.problem("missing_field", xml, "size", message) == "skip" else frame


# Writing.


def _file_name(record: ImageRecord, context: WriteContext) -> str:
    """The name of a record's image in the one folder that VOC has."""
    name = joined(record, context)
    if fact := bad_name(name) or bad_name(f"{stem_of(name)}.xml"):
        context.refuse(record, f"{name!r} {fact}")
    return name


def _document(record: ImageRecord, name: str, options: PascalVocOptions, context: WriteContext) -> str:
    try:
        lines = [element_line(1, "folder", context.name), element_line(1, "filename", name)]
        if record.width is not None and record.height is not None:
            sides = f"\t\t<width>{record.width}</width>", f"\t\t<height>{record.height}</height>"
            # Nobody's pixels are counted for the depth; many readers fail without the element.
            lines += ["\t<size>", *sides, "\t\t<depth>3</depth>", "\t</size>"]
        lines.append("\t<segmented>0</segmented>")
        for box in record.boxes:
            _lose(box, options, context)
            lines.append(_object(box, options))
        lines += attribute_lines(1, record.attributes)
    except ValueError as error:
        context.refuse(record, str(error))
    return "\n".join(("<annotation>", *lines, "</annotation>", ""))


def _lose(box: Box, options: PascalVocOptions, context: WriteContext) -> None:
    """Report what VOC's flags and outlines cannot say."""
    if box.truncated not in (None, 0, 1):
        context.lose("truncated", "a share becomes a flag")
    if box.occluded is not None and box.occluded > 1:
        context.lose("occluded", "a level becomes a flag")
    if box.polygons and any(len(polygon) < FEWEST_VERTICES for polygon in box.polygons):
        context.lose("polygons", "an outline of fewer than three vertices encloses nothing")
    if options.round != "none" and rounded(box.edges, options.round) != box.edges:
        context.lose("edges", f"rounded {options.round}")


def _object(box: Box, options: PascalVocOptions) -> str:
    x_min, y_min, x_max, y_max = rounded(box.edges, options.round)
    truncated = None if box.truncated is None else box.truncated > 0
    occluded = None if box.occluded is None else box.occluded > 0
    text = (
        f"{_stated(box.label, box.pose, truncated, occluded, box.difficult)}\n\t\t<bndbox>\n"
        f"\t\t\t<xmin>{decimal(x_min, 1)}</xmin>\n\t\t\t<ymin>{decimal(y_min, 1)}</ymin>\n"
        f"\t\t\t<xmax>{decimal(x_max)}</xmax>\n\t\t\t<ymax>{decimal(y_max)}</ymax>\n\t\t</bndbox>"
    )
    outlines = [polygon for polygon in box.polygons if len(polygon) >= FEWEST_VERTICES]
    further = [line for polygon in outlines for line in _polygon(polygon)]
    if box.attributes:
        further += attribute_lines(2, box.attributes)
    return "\n".join((text, *further, "\t</object>"))


@lru_cache(maxsize=1024)  # most objects state the same few things
def _stated(
    label: str, pose: str | None, truncated: bool | None, occluded: bool | None, difficult: bool
) -> str:
    """How an object begins; None: nothing is stated."""
    lines = ["\t<object>", element_line(2, "name", label)]
    if pose is not None:
        lines.append(element_line(2, "pose", pose))
    if truncated is not None:
        lines.append(f"\t\t<truncated>{truncated:d}</truncated>")
    if occluded is not None:
        lines.append(f"\t\t<occluded>{occluded:d}</occluded>")
    return "\n".join((*lines, f"\t\t<difficult>{difficult:d}</difficult>"))


def _polygon(polygon: Polygon) -> Iterator[str]:
    yield "\t\t<polygon>"
    yield from (f"\t\t\t<pt><x>{decimal(x, 1)}</x><y>{decimal(y, 1)}</y></pt>" for x, y in polygon)
    yield "\t\t</polygon>"


ADAPTER = Adapter(
    name="pascal_voc",
    summary="Pascal VOC (XML file per image)",
    source="http://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc/devkit_doc.html",
    options=PascalVocOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"split", "difficult", "truncated", "occluded", "polygons", "pose", "attributes"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer Pascal VOC to the plugin manager."""
    return [ADAPTER]
