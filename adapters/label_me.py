"""LabelMe: one JSON file for each image, with the shapes that people drew on it.

Layout:  <root>/a.jpg and <root>/a.json beside it, in folders of any depth; or the JSON files in a folder of
         their own (annotations, labels, json) beside that of the images; either inside train/, val/, test/
Keys:    {"version": "5.5.0", "flags": {}, "shapes": [{"label": "cat", "points": [[1, 2], [30, 40]],
         "shape_type": "rectangle", "group_id": null, "flags": {}}], "imagePath": "a.jpg", "imageData": null,
         "imageHeight": 480, "imageWidth": 640}
Units:   pixels from the top left corner, 0-based edges; a rectangle has two corners in any order, or all four
Source:  https://github.com/wkentaro/labelme

Shapes of one label and one group_id are one object, as LabelMe's own converters have it; its box is their
extent. Polygons and turned rectangles are kept as outlines; circles and masks are known by their extent,
which is reported; points and lines have no box and are dropped unless `derived_box` is to be repaired.
An image is where imagePath leads, seen from its file, as long as that is in the image folder. imageData, a
copy of the image inside the file, is not read: an image that is only there is missing.
Flags, descriptions and unknown keys (of X-AnyLabeling, too) are attributes. What LabelMe has no key for is
written as further keys, which it keeps when it saves a file: those of RECORD_FIELDS and EXTRA_FIELDS.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from posixpath import basename, normpath
from typing import TypeGuard

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, WriteError, reading
from boxwright.core.frame import Frame, Size
from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.flat_names import FlatNames, bad_name, plain_name
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.paired_folders import paired_parts
from boxwright.core.layout.split_lists import Listed
from boxwright.core.layout.split_names import split_of_folder
from boxwright.core.layout.unlabelled import Unlabelled, unlabelled
from boxwright.core.numbers import pixels
from boxwright.core.options import Options, reads
from boxwright.core.parsing.derived_edges import derived
from boxwright.core.parsing.file_search import JSON_OBJECT, looks_like
from boxwright.core.parsing.json_document import Object, listed, objects, parsed
from boxwright.core.parsing.json_values import text_at
from boxwright.core.parsing.label_me_shapes import POLYGON, RECTANGLE, drawn
from boxwright.core.parsing.optional_values import OptionalValues
from boxwright.core.parsing.segmentation import lose_rounding, outlines_tell
from boxwright.core.parsing.text_file import contents
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import (
    Box,
    Dataset,
    ImageRecord,
    Point,
    Scalar,
    extent,
    unsafe_path,
)
from boxwright.core.write_context import WriteContext

VERSION = "5.5.0"  # of LabelMe, whose keys are written
JSON = ".json"
SHAPES, IMAGE_PATH = re.compile(rb'"shapes"\s*:'), re.compile(rb'"image(Path|Height|Data)"\s*:')
IMAGE_DATA = re.compile(rb'("imageData"\s*:\s*)"[A-Za-z0-9+/=\\]+"')  # base64; its line ends are \n
MOST_FILE = 64 << 20  # bytes, nearly all of them an image of 48 MB as base64
MOST_BYTES = 4 << 20  # of all but the image: 20,000 boxes, or an outline of 200,000 vertices
SNIFFED_FILES = 3

EXTRA_FIELDS = ("difficult", "truncated", "occluded", "crowd", "group_of", "area", "pose", "score")
SHAPE_KEYS = ("label", "points", "group_id", "shape_type", "mask", "flags", "attributes", "description")
# The colours of old versions say nothing about objects.
COLOURS = ("line_color", "fill_color", "lineColor", "fillColor")
RECORD_FIELDS = ("split", "group", "source_id")
IMAGE_KEYS = (
    *("version", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth", "flags", "attributes"),
    *(*RECORD_FIELDS, *COLOURS),
)
HINT = "give the folder that holds the JSON files and the images"
EMPTY_HINT = "formats with a list of images, as coco and csv, hold an empty data set"
COPY_HINT = "imageData holds a copy; labelme_export_json takes it out"


class LabelMeOptions(Options):
    """Options of the LabelMe adapter."""

    images: DirectoryPath | None = reads(
        None, "folder of the images, when they are not where imagePath leads"
    )
    unlabelled: Unlabelled = reads("skip", "images without a JSON file: skip them, or take them as negatives")


def read(path: Path, options: LabelMeOptions) -> Source:
    """Find the JSON files and the images at, beside or below a path."""
    path = Path(os.path.abspath(path))
    root, parts = paired_parts(path, JSON, options.images)
    if not any(True for part in parts for _ in part.files(JSON)):
        raise AnnotationError(path, "", "no LabelMe annotations: there is no JSON file", HINT)
    only = path if path.is_file() else None
    return Source(root=root, scan=lambda context: _scan(root, parts, only, options, context))


def write(dataset: Dataset, options: LabelMeOptions, context: WriteContext) -> None:
    """Write a JSON file beside each image."""
    taken, written = FlatNames(context, "JSON file", JSON), False
    for record in dataset:
        name = _name(record, context)
        stem = taken.take(record, name)
        document = _document_of(record, name, context)
        context.write(f"{stem}{JSON}", "".join(_text(document)))
        context.place(record, name)
        written = True
    if not written:
        raise WriteError("no image: without one nothing tells a folder of LabelMe's", EMPTY_HINT)


def sniff(path: Path) -> bool:
    """Whether one of the first JSON files has shapes and an image's path or size."""
    try:
        path = Path(os.path.abspath(path))
        _, parts = paired_parts(path, JSON, None)
        files = chain.from_iterable(part.files(JSON) for part in parts)
        first = [path] if path.is_file() else [file for file, _ in islice(files, SNIFFED_FILES)]
        return any(looks_like(file, JSON_OBJECT, SHAPES, IMAGE_PATH) for file in first)
    except OSError:
        return False


# Records.


def _scan(
    root: Path, parts: Iterable[Part], only: Path | None, options: LabelMeOptions, context: ReadContext
) -> Iterator[ImageRecord]:
    found = False
    for part in parts:
        images = part.image_folder()
        for path, stem in part.files(JSON):
            document = _document(path) if only in (None, path) else None
            if document is None:
                continue
            found = True
            record = _record(document, path, stem, part, images, context)
            del document  # not to be kept while the next one is parsed
            if record is not None:
                yield record
        if only is None:
            kind, split = options.unlabelled, _unlisted
            yield from unlabelled(part, images, context, kind, annotation="JSON file", split=split)
    if not found:
        raise AnnotationError(only or root, "", "no JSON file here has shapes: another tool's files", HINT)


def _unlisted(path: str) -> tuple[Listed | None, str | None]:
    """No list names an image; its first folder may tell its split."""
    folder, slash, _ = path.partition("/")
    return None, split_of_folder(folder) if slash else None


def _document(path: Path) -> Object | None:
    """The content of a LabelMe file, its image's copy left out as ""; None for another tool's file."""
    data = contents(path, MOST_FILE, f"{MOST_FILE >> 20} MB, the most that is read")
    data = IMAGE_DATA.sub(rb'\1""', data)
    if len(data) > MOST_BYTES:
        fact = f"has more than {MOST_BYTES >> 20} MB besides the image, the most that is read"
        raise AnnotationError(path, "", fact)
    content = parsed(data, path)
    return content if isinstance(content, dict) and "shapes" in content else None


def _record(
    document: Object, path: Path, stem: str, part: Part, images: ImageFolder, context: ReadContext
) -> ImageRecord | None:
    """The record of one JSON file; None when a problem's action skips it."""
    optional = OptionalValues(context, path)
    found, name = _image(document, path, stem, images, context)
    name = part.prefix + name
    if not context.claim(name, path, "imagePath"):
        return None
    image, declared = images.file(found) if found else None, _size(document, path)
    copy = f"; {COPY_HINT}" if document.get("imageData") == "" and not found else ""
    frame = context.frame(
        image,
        path=path,
        declared=declared,
        where="imageWidth",
        missing=f"no image {name!r}{copy}",
        missing_where="imagePath",
    )
    if frame is None:
        return None
    stated = {key: optional.field(document, key, "") for key in RECORD_FIELDS if key in document}
    boxes = _boxes(objects(document, "shapes", path), path, frame, optional)
    flags = _flags(document, IMAGE_KEYS, "", optional)
    return frame.record(name, boxes, attributes=flags, **{"split": _unlisted(name)[1], **stated})


def _image(
    document: Object, path: Path, stem: str, images: ImageFolder, context: ReadContext
) -> tuple[str | None, str]:
    """The image's name in its folder, None where it is not there, and the name that it would have."""
    stated = document.get("imagePath")
    if not isinstance(stated, str) or not stated:
        found = images.by_stem(stem)
        context.problem("missing_field", path, "imagePath", f"no file name; {found or stem!r} is taken")
        return found, found or stem
    name, led = stated, _led(stated, path, images)
    if "\\" in stated and not (led and images.has(led)):  # written on Windows
        name = stated.replace("\\", "/")
        led = _led(name, path, images)
    if not unsafe_path(led):
        found = led if images.has(led) else context.locate(images, led, path, "imagePath", fallback=stem)
        return found, found or led
    beside = f"{stem.rpartition('/')[0]}/{basename(name)}".lstrip("/")
    if images.has(beside) and not unsafe_path(beside):
        return beside, beside
    found = context.locate(images, name, path, "imagePath", fallback=stem)
    return found, found or (stem if unsafe_path(name) else normpath(name))


def _led(name: str, path: Path, images: ImageFolder) -> str:
    """Where a name leads in the image folder, seen from a JSON file; "" where it leads out of it."""
    target, inside = os.path.normpath(path.parent / name), os.path.join(images.root, "")
    return target[len(inside) :].replace(os.sep, "/") if target.startswith(inside) else ""


def _size(document: Object, path: Path) -> Size | None:
    sides = [document.get(key) for key in ("imageWidth", "imageHeight")]
    if None in sides:
        return None
    with reading(path):
        return pixels(sides[0], "imageWidth"), pixels(sides[1], "imageHeight")


# Shapes.


def _boxes(shapes: list[Object], path: Path, frame: Frame, optional: OptionalValues) -> Iterator[Box]:
    groups: dict[object, list[int]] = {}
    for index, shape in enumerate(shapes):
        label, group = text_at(shape.get("label"), path, f"shapes[{index}].label"), shape.get("group_id")
        key = (label, group) if _is_group(group) else (index,)
        groups.setdefault(key, []).append(index)
    for indices in groups.values():
        if box := _box(shapes, indices, path, frame, optional):
            yield box


def _box(
    shapes: list[Object], indices: list[int], path: Path, frame: Frame, optional: OptionalValues
) -> Box | None:
    """One object of one or several shapes; None where problems' actions drop all of them."""
    found = [drawn(shapes[index], frame, path, f"shapes[{index}]") for index in indices]
    shown = [each for each in found if each is not None]
    if not shown:
        return None
    first, where = shapes[indices[0]], f"shapes[{indices[0]}]"
    edges = extent(chain.from_iterable((each[:2], each[2:]) for each, _ in shown))
    polygons = tuple(polygon for _, polygon in shown if polygon)
    if len(shown) > max(1, len(polygons)):
        message = f"{len(shown)} shapes of the group {first['group_id']!r}"
        if derived(message, edges, frame, path, where) is None:
            return None
    fields = {key: optional.field(first, key, where) for key in EXTRA_FIELDS if key in first}
    stated = {key: value for key, value in fields.items() if value is not None}
    attributes = _flags(first, (*SHAPE_KEYS, *EXTRA_FIELDS, *COLOURS), where, optional)
    attributes |= _own_keys(first, alone=len(indices) == 1)
    return frame.box(first["label"], edges, where=where, polygons=polygons, attributes=attributes, **stated)


def _flags(entry: Object, known: Sequence[str], where: str, optional: OptionalValues) -> dict[str, Scalar]:
    """The flags, attributes and unknown keys of an image or a shape."""
    flags = entry.get("flags")
    found = optional.attributes(flags, (), f"{where}.flags") if isinstance(flags, dict) else {}
    return found | optional.attributes(entry, known, where)


def _is_group(value: object) -> TypeGuard[int | str]:
    return type(value) is int or _is_text(value)


def _own_keys(shape: Object, *, alone: bool) -> dict[str, Scalar]:
    """What a shape says in keys of LabelMe's; the group of a lone shape is for someone else to know."""
    description, group = shape.get("description"), shape.get("group_id")
    found: dict[str, Scalar] = {}
    if _is_text(description):
        found["description"] = description
    if alone and _is_group(group):
        found["group_id"] = group
    return found


# Writing.


def _name(record: ImageRecord, context: WriteContext) -> str:
    name = plain_name(record, context)
    if name.lower().endswith(JSON):
        context.refuse(record, "an image is called like a JSON file", "rename the image")
    for part in name.split("/"):
        if fact := bad_name(part) or bad_name(f"{part}{JSON}"):
            context.refuse(record, f"{part!r} {fact}")
    return name


def _document_of(record: ImageRecord, name: str, context: WriteContext) -> dict[str, object]:
    flags, others = _flags_and_others(record.attributes)
    further: dict[str, object] = {"split": record.split} if record.split != _unlisted(name)[1] else {}
    further |= {key: found for key in ("group", "source_id") if (found := getattr(record, key)) is not None}
    if others:
        further["attributes"] = others
    groups = [box.attributes.get("group_id") for box in record.boxes]
    free = max([0, *(group for group in groups if type(group) is int)]) + 1
    shapes = (_shapes_of(box, number, groups, context) for number, box in enumerate(record.boxes, start=free))
    return {
        "version": VERSION,
        "flags": flags,
        "shapes": list(chain.from_iterable(shapes)),
        "imagePath": basename(name),
        "imageData": None,
        "imageHeight": record.height,
        "imageWidth": record.width,
        **further,
    }


def _shapes_of(
    box: Box, free: int, groups: list[Scalar | None], context: WriteContext
) -> Iterator[dict[str, object]]:
    """A rectangle, or the outlines that the box is the extent of, in a group where they are several."""
    outlines: Sequence[Sequence[Point]] = box.polygons
    if outlines and outlines_tell(box):
        lose_rounding(box, context)
    elif outlines:
        context.lose("polygons", "LabelMe has a rectangle or outlines, and the box is not their extent")
        outlines = ()
    kind = POLYGON if outlines else RECTANGLE
    group = box.attributes.get("group_id")
    own = group if type(group) is int and groups.count(group) == 1 and len(outlines) < 2 else None
    flags, others = _flags_and_others(box.attributes)
    if own is not None:
        del others["group_id"]
    description = others.pop("description") if _is_text(others.get("description")) else ""
    extras = {key: getattr(box, key) for key in EXTRA_FIELDS}
    stated = {key: value for key, value in extras.items() if value is not None and value is not False}
    for index, points in enumerate(outlines or ((box.edges[:2], box.edges[2:]),)):
        yield {
            "label": box.label,
            "points": [[_plain(x), _plain(y)] for x, y in points],
            "group_id": free if len(outlines) > 1 else own,
            "description": description if index == 0 else "",
            "shape_type": kind,
            "flags": flags if index == 0 else {},
            **(stated | ({"attributes": others} if others else {}) if index == 0 else {}),
        }


def _text(document: Mapping[str, object]) -> Iterator[str]:
    """The document as JSON, a line for each key and each shape."""
    separator = "{\n"
    for key, value in document.items():
        yield f"{separator}{json.dumps(key)}: "
        if isinstance(value, list):
            yield from listed(json.dumps(shape)[1:-1] for shape in value)
        else:
            yield json.dumps(value)
        separator = ",\n"
    yield "\n}\n"


def _flags_and_others(attributes: Mapping[str, Scalar]) -> tuple[dict[str, Scalar], dict[str, Scalar]]:
    """Attributes that are LabelMe's flags, and those that are more than that."""
    flags: dict[str, Scalar] = {key: value for key, value in attributes.items() if isinstance(value, bool)}
    return flags, {key: value for key, value in attributes.items() if key not in flags}


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != ""


def _plain(value: float) -> float:
    """A number that JSON has without a point where it is a whole one."""
    return int(value) if value == int(value) else value


ADAPTER = Adapter(
    name="label_me",
    summary="LabelMe (a JSON file of shapes for each image)",
    source="https://github.com/wkentaro/labelme",
    options=LabelMeOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "attributes", "polygons", *RECORD_FIELDS, *EXTRA_FIELDS}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer LabelMe to the plugin manager."""
    return [ADAPTER]
