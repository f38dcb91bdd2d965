"""Create ML object detection: one JSON list of images, each with its boxes.

Layout:  <root>/<split>/_annotations.createml.json beside the split's images (Roboflow's name; Create ML
         takes a folder with its images and exactly one JSON file), or one JSON file of any name
Entries: {"image": "a.jpg", "annotations": [{"label": "hand", "coordinates": {"x": 90, "y": 60,
         "width": 80, "height": 40}}]}; Apple's own example says imagefilename and annotation
Units:   pixels from the top left corner; x and y are the box's centre
Source:  https://developer.apple.com/documentation/createml/building-an-object-detector-data-source

Written images without split lie in <root>/images with their list. The format states no image size: without
its image an image's size is unknown. A file is parsed as a whole.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import reading
from boxwright.core.layout.annotation_files import annotation_files, sniffed, some_file
from boxwright.core.layout.listed_images import ImageList, ListedImage, image_lists
from boxwright.core.layout.split_folders import splits_of, written
from boxwright.core.numbers import number
from boxwright.core.options import Options, reads
from boxwright.core.parsing.centre_size import centre_and_length, low_and_high
from boxwright.core.parsing.file_search import JSON_LIST, looks_like
from boxwright.core.parsing.json_document import Object, parsed
from boxwright.core.parsing.json_values import list_at, object_at, text_at
from boxwright.core.parsing.optional_values import OptionalValues
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord
from boxwright.core.write_context import WriteContext

FILE = "_annotations.createml.json"
SPLIT_FOLDER_FILES = (FILE, "annotations.json", "labels.json")

IMAGE_KEYS = ("image", "imagefilename")
ANNOTATIONS_KEYS = ("annotations", "annotation")
IMAGE = re.compile(rb'"(image|imagefilename)"\s*:\s*"')
ANNOTATIONS = re.compile(rb'"annotations?"\s*:\s*\[')
# With a box, one of these; without any, the lists are empty.
COORDINATES = re.compile(rb'"coordinates"\s*:\s*\{|"annotations?"\s*:\s*\[\s*\]')


class CreateMlOptions(Options):
    """Options of the Create ML adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the JSON file")


def read(path: Path, options: CreateMlOptions) -> Source:
    """Open a JSON file, or a folder with one or several of them."""
    root, files = annotation_files(path, ".json", SPLIT_FOLDER_FILES, _belongs)
    entries = {file: _entries(file) for file in files or [some_file(path, ".json", SPLIT_FOLDER_FILES)]}
    lists = image_lists(root, _names(entries), splits_of(root, entries), options.images)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for each in lists:
            optional = OptionalValues(context, each.path)
            for index, entry in enumerate(entries[each.path]):
                record = _record(each, entry, index, context, optional)
                if record is not None:
                    yield record

    return Source(root=root, scan=scan)


def write(dataset: Dataset, options: CreateMlOptions, context: WriteContext) -> None:
    """Write a list into the folder of each split, beside its images."""
    with written(context, FILE, "[]") as add:
        for record in dataset:
            add(record, _entry_text(record, context))
            if record.file is None and record.width is not None:
                context.lose("width", "Create ML states no size: without its image it is unknown")


def sniff(path: Path) -> bool:
    """Whether this is, or holds, a JSON list of images with annotations."""
    try:
        return sniffed(path, ".json", SPLIT_FOLDER_FILES, _belongs)
    except OSError:
        return False


def _belongs(path: Path) -> bool:
    # A damaged list of a split must not be passed over.
    return path.name == FILE or looks_like(path, JSON_LIST, IMAGE, ANNOTATIONS, COORDINATES)


# Reading


def _entries(path: Path) -> list[Object]:
    content = list_at(parsed(path.read_bytes(), path), path, "")
    return [object_at(entry, path, f"[{index}]") for index, entry in enumerate(content)]


def _names(entries: Mapping[Path, list[Object]]) -> dict[Path, list[str]]:
    """The images that each file lists."""
    return {
        file: [_name(entry, file, index) for index, entry in enumerate(found)]
        for file, found in entries.items()
    }


def _name(entry: Object, path: Path, index: int) -> str:
    key = next((key for key in IMAGE_KEYS if key in entry), IMAGE_KEYS[0])
    return text_at(entry.get(key), path, f"[{index}].{key}")


def _record(
    images: ImageList, entry: Object, index: int, context: ReadContext, optional: OptionalValues
) -> ImageRecord | None:
    place = f"[{index}]"
    image = images.open(context, _name(entry, images.path, index), place, key=".image")
    if image is None:
        return None
    boxes = [_box(*each, image, optional) for each in _annotations(entry, images.path, place)]
    known = (*IMAGE_KEYS, *ANNOTATIONS_KEYS)
    return image.record(boxes, attributes=optional.attributes(entry, known, place))


def _annotations(entry: Object, path: Path, place: str) -> Iterator[tuple[Object, str]]:
    """The annotations of an image with their places; an image without the key has none."""
    key = next((key for key in ANNOTATIONS_KEYS if key in entry), ANNOTATIONS_KEYS[0])
    for index, annotation in enumerate(list_at(entry.get(key, []), path, f"{place}.{key}")):
        where = f"{place}.{key}[{index}]"
        yield object_at(annotation, path, where), where


def _box(annotation: Object, where: str, image: ListedImage, optional: OptionalValues) -> Box | None:
    path, place = image.source, f"{where}.coordinates"
    label = text_at(annotation.get("label"), path, f"{where}.label")
    coordinates = object_at(annotation.get("coordinates"), path, place)
    with reading(path, place):
        edges = _edges(coordinates)
    attributes = optional.attributes(annotation, ("label", "coordinates"), where)
    return image.frame.box(label, edges, where=place, attributes=attributes)


def _edges(coordinates: Object) -> Edges:
    x, y, width, height = (number(coordinates.get(key), key) for key in ("x", "y", "width", "height"))
    (x_min, x_max), (y_min, y_max) = low_and_high(x, width), low_and_high(y, height)
    return x_min, y_min, x_max, y_max


# Writing


def _entry_text(record: ImageRecord, context: WriteContext) -> str:
    annotations = ", ".join(_annotation_text(box, context) for box in record.boxes)
    return f'{{"image": {json.dumps(record.path)}, "annotations": [{annotations}]}}'


def _annotation_text(box: Box, context: WriteContext) -> str:
    x, width = centre_and_length(box.x_min, box.x_max)
    y, height = centre_and_length(box.y_min, box.y_max)
    if _edges({"x": float(x), "y": float(y), "width": float(width), "height": float(height)}) != box.edges:
        context.lose("edges", "a centre and a size round the last digits")
    coordinates = f'{{"x": {x}, "y": {y}, "width": {width}, "height": {height}}}'
    return f'{{"label": {json.dumps(box.label)}, "coordinates": {coordinates}}}'


ADAPTER = Adapter(
    name="create_ml",
    summary="Create ML object detection (JSON list of images, boxes by their centre)",
    source="https://developer.apple.com/documentation/createml/building-an-object-detector-data-source",
    options=CreateMlOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "split"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer Create ML to the plugin manager."""
    return [ADAPTER]
