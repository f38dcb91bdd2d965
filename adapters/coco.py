"""COCO object detection: one JSON file for each split.

Layout:  <root>/annotations/instances_<split>.json, files at the root, or <split>/_annotations.coco.json
         (Roboflow); the images in <root>/images, <root>/<split>, beside the JSON …
Keys:    images: [{id, file_name, width, height}]      categories: [{id, name, supercategory}]
         annotations: [{id, image_id, category_id, bbox, area, iscrowd, segmentation}]
Units:   bbox [x, y, width, height] in pixels, 0-based edges; area of the object's mask in pixels²
Source:  https://cocodataset.org/#format-data; edges: https://github.com/cocodataset/cocoapi/issues/5

Several files are several splits: `train` is instances_train2017.json, or the file in the folder `train`.
A record's path is its file_name, below the split's name where the splits have image folders of their own.
Categories are joined by name in order of first appearance; written ids count from 1.

A file is parsed as a whole and kept: categories may stand last, annotations in any order.
A polygon of fewer than three vertices is dropped where the object has a bbox; else the object is.
Masks (run lengths) are kept as attributes. What COCO has no key for is written as extra keys, which its tools
ignore: the fields of EXTRA_FIELDS and `attributes` of an annotation, `group` and free keys of an image, in
`info` the split and whether image ids are only counted, `edges` of a box that bbox cannot give exactly.
"""

import json
import math
import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import Any

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame, Size, shown
from boxwright.core.layout.annotation_files import annotation_files, sniffed, some_file
from boxwright.core.layout.flat_names import bad_name
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.layout.image_places import image_places
from boxwright.core.layout.split_files import split_of_files
from boxwright.core.numbers import pixels, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.coco_document import (
    ANNOTATION_KEYS,
    COCO_KEYS,
    COUNTED,
    EXTRA_FIELDS,
    IMAGE_KEYS,
    CocoDocument,
    coco_document,
    text_in,
)
from boxwright.core.parsing.coco_text import annotation_text, info_text
from boxwright.core.parsing.json_document import Object, listed
from boxwright.core.parsing.json_ids import Id, ids, repeated_ids, unique_ids
from boxwright.core.parsing.optional_values import OptionalValues
from boxwright.core.parsing.rle import Mask
from boxwright.core.parsing.segmentation import Outline, extent_of, outline_of
from boxwright.core.parsing.width_height import edges_of, nearly
from boxwright.core.plugins import hookimpl
from boxwright.core.problems import Action
from boxwright.core.read_context import ReadContext
from boxwright.core.row_spool import RowSpool
from boxwright.core.schema import FEWEST_VERTICES, Box, Dataset, Edges, ImageRecord, unsafe_path
from boxwright.core.write_context import WriteContext

# Where each split has a folder: Roboflow's name, FiftyOne's, and what hand-made sets use.
SPLIT_FOLDER_FILES = ("_annotations.coco.json", "annotations.json", "labels.json")
OBJECTS_FILE = "instances"  # what the names of COCO's own files of objects begin with
OTHER_TASKS = ("person_keypoints", "captions", "stuff", "panoptic", "image_info")  # of the same images
SAMPLES = 20  # images of a file that decide which folder is theirs

OBJECT_START = re.compile(rb"(\xef\xbb\xbf)?\s*\{")
IMAGES = re.compile(rb'"images"\s*:\s*\[')
OBJECTS = re.compile(rb'"(categories|annotations)"\s*:\s*\[')

# x + width of two decimals exceeds the image by float noise (1e-13); nobody draws thousandths of a pixel.
NOISE = 1e-3
SAME_AREA = 1e-9  # relative: width * height loses less in floats

INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")  # an id that is a number; 18 digits fit into 64 bits


class CocoOptions(Options):
    """Options of the COCO adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the annotations")


def read(path: Path, options: CocoOptions) -> Source:
    """Open a COCO file, or a folder with one or several of them."""
    root, files = annotation_files(path, ".json", SPLIT_FOLDER_FILES, _belongs)
    documents = [
        coco_document(file) for file in _of_objects(files) or [some_file(path, ".json", SPLIT_FOLDER_FILES)]
    ]
    parts = _parts(root, documents, options.images)
    labels = dict.fromkeys(label for document in documents for label in document.labels.values())

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for part in parts:
            yield from _records(_Pass(context, part, OptionalValues(context, part.file)))

    return Source(root=root, scan=scan, labels=tuple(labels), info=documents[0].info())


def write(dataset: Dataset, options: CocoOptions, context: WriteContext) -> None:
    """Write annotations/instances_<split>.json for every split, and the images below images/.

    An image's id is its source_id where all of a split have one and none repeats; else they are counted.
    Images stand before annotations in a file, so both wait until the last record tells all ids.
    """
    context.root.mkdir(parents=True, exist_ok=True)
    spools: dict[str | None, _Spools] = {}
    ranks: dict[str, int] = {}  # of the labels, as they come
    with ExitStack() as stack:
        for record in dataset:
            _check(record, context)
            if record.split not in spools:
                spools[record.split] = _Spools(context.root, stack)
            _spool(record, spools[record.split], ranks)
            context.place(record, f"images/{record.path}")
        if not spools:
            spools[None] = _Spools(context.root, stack)
        names = dict.fromkeys((*(dataset.declared_labels or ()), *sorted(ranks)))
        categories = {label: id for id, label in enumerate(names, start=1)}
        for split, spool in spools.items():
            own_ids = _own_ids(spool.source_ids, context)
            with context.open(f"annotations/{_file_name(split)}") as file:
                file.write(info_text(dataset.info, split, counted=own_ids is None))
                file.writelines(
                    _lists_text(spool, own_ids, categories, [categories[label] for label in ranks])
                )


def sniff(path: Path) -> bool:
    """Whether this is a COCO file or a folder with one: a JSON object with images and their objects."""
    try:
        return sniffed(path, ".json", SPLIT_FOLDER_FILES, _is_coco, _names_objects)
    except OSError:
        return False


# Reading: which files, which splits, which image folders


def _is_coco(path: Path) -> bool:
    """Whether a file looks like COCO: searched and not parsed, for it may hold a gigabyte."""
    if not path.stat().st_size:
        return False  # mmap refuses it
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return all((OBJECT_START.match(data), IMAGES.search(data), OBJECTS.search(data)))


def _names_objects(name: str) -> bool:
    return name.startswith(OBJECTS_FILE)


def _belongs(path: Path) -> bool:
    # A damaged file of one split must not be passed over for a sound one of another.
    return path.name == SPLIT_FOLDER_FILES[0] or _names_objects(path.name) or _is_coco(path)


def _of_objects(files: list[Path]) -> list[Path]:
    """The files of object detection where names tell, else all."""
    named = [file for file in files if _names_objects(file.name)]
    return named or [file for file in files if not file.name.startswith(OTHER_TASKS)] or files


# Reading: parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One file as a part of the data set: its split, its images' folder and what goes before their names."""

    document: CocoDocument
    split: str | None
    images: ImageFolder
    prefix: str

    @property
    def file(self) -> Path:
        return self.document.path


def _parts(root: Path, documents: list[CocoDocument], given: Path | None) -> list[_Part]:
    stated = {document.path: document.stated.get("split") for document in documents}
    splits = split_of_files(
        {file: name if name and _names_file(name) else None for file, name in stated.items()}
    )
    samples = {each.path: [image.get("file_name") for image in each.images[:SAMPLES]] for each in documents}
    folders = image_places(root, samples, splits, given)
    apart = len({folder.root for folder in folders.values()}) > 1
    return [
        _Part(document=document, split=split, images=folder, prefix=f"{split}/" if apart and split else "")
        for document, split, folder in zip(documents, splits.values(), folders.values(), strict=True)
    ]


# Reading: records


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over one file."""

    context: ReadContext
    part: _Part
    optional: OptionalValues

    def problem(self, code: str, where: str, message: str) -> Action:
        return self.context.problem(code, self.part.file, where, message)


def _records(scan: _Pass) -> Iterator[ImageRecord]:
    _report_repeated_names(scan)
    for index, annotations in enumerate(_by_image(scan).values()):
        record = _record(scan, f"images[{index}]", scan.part.document.images[index], annotations)
        if record is not None:
            yield record


def _report_repeated_names(scan: _Pass) -> None:
    first: dict[str, Id] = {}
    for index, category in enumerate(scan.part.document.categories):
        id, name = category["id"], category["name"]
        if id in scan.part.document.labels and first.setdefault(name, id) != id:
            message = f"ids {first[name]!r} and {id!r} are both {name!r}"
            scan.problem("duplicate_category", f"categories[{index}]", message)


def _by_image(scan: _Pass) -> dict[Id, list[int]]:
    """The positions of each image's annotations, by image id, in the order of the images."""
    file, document = scan.part.file, scan.part.document
    image_ids = unique_ids(file, "images", document.images)
    groups: dict[Id, list[int]] = {id: [] for id in image_ids}
    annotations = dict(enumerate(document.annotations))
    named = {index: entry for index, entry in annotations.items() if entry.get("id") is not None}
    for index, id in repeated_ids(file, "annotations", named):
        message = f"two annotations have the id {id!r}"
        if scan.problem("duplicate_id", f"annotations[{index}].id", message) == "skip":
            del annotations[index]
    kind = type(image_ids[0]) if image_ids else None
    for index, id in zip(annotations, ids(file, "annotations", annotations, "image_id", kind), strict=True):
        if id in groups:
            groups[id].append(index)
        else:
            scan.problem("unknown_image_id", f"annotations[{index}].image_id", f"no image has the id {id!r}")
    return groups


def _record(scan: _Pass, place: str, image: Object, annotations: list[int]) -> ImageRecord | None:
    part = scan.part
    found, path = _located(scan, place, image)
    size = _size(image, part.file, place)
    if scan.context.repeated(path, part.split, part.file, place):
        return None
    if size is None and found:
        message = "no width and height; the image has them"
        if scan.problem("missing_field", place, message) == "skip":
            return None
    frame = scan.context.frame(
        part.images.file(found) if found else None,
        path=part.file,
        declared=size,
        where=place,
        missing=f"no image {path!r}",
        missing_where=f"{place}.file_name",
    )
    if frame is None:
        return None
    boxes = [_box(scan, index, frame) for index in annotations]
    return frame.record(
        path,
        boxes,
        where=place,
        split=part.split,
        group=scan.optional.field(image, "group", place),
        source_id=None if part.document.stated.get("image_ids") == COUNTED else str(image["id"]),
        attributes=scan.optional.attributes(image, IMAGE_KEYS, place),
    )


def _located(scan: _Pass, place: str, image: Object) -> tuple[str | None, str]:
    """The image's name in its folder, None where it is not there, and the record's path."""
    images, file = scan.part.images, scan.part.file
    try:  # not `with reading(...)`, here and below: it costs as much as half a box
        name = text_in(image.get("file_name"))
    except ValueError as error:
        raise AnnotationError(file, f"{place}.file_name", str(error)) from None
    if "\\" in name and not images.has(name):
        name = name.replace("\\", "/")  # written on Windows
    found = scan.context.locate(images, name, file, f"{place}.file_name")
    return found, scan.part.prefix + (found or normpath(name))


def _size(image: Object, path: Path, place: str) -> Size | None:
    width, height = image.get("width"), image.get("height")
    if width is None or height is None:
        return None
    try:
        return pixels(width, "width"), pixels(height, "height")
    except ValueError as error:
        raise AnnotationError(path, place, str(error)) from None


# Reading: boxes


def _box(scan: _Pass, index: int, frame: Frame) -> Box | None:
    """One annotation as a box; None where a problem's action drops it."""
    annotation, place = scan.part.document.annotations[index], f"annotations[{index}]"
    label = _label(scan, annotation, place)
    outline: Outline | None = ()
    if segmentation := annotation.get("segmentation"):
        alone = not annotation.get("bbox")
        outline = outline_of(segmentation, frame, scan.part.file, f"{place}.segmentation", alone=alone)
    edges = None if outline is None else _edges(scan, annotation, place, outline)
    if outline is None or edges is None:
        return None
    fields = _fields(scan, annotation, place, outline, edges)
    return frame.box(label, frame.snapped(edges, NOISE), where=f"{place}.bbox", **fields)


def _label(scan: _Pass, annotation: Object, place: str) -> str:
    id = annotation.get("category_id")
    if type(id) in (int, str) and id in scan.part.document.labels:
        return scan.part.document.labels[id]
    fact = "is missing" if id is None else f"no category has the id {shortened(id)}"
    raise AnnotationError(scan.part.file, f"{place}.category_id", fact)


def _edges(scan: _Pass, annotation: Object, place: str, outline: Outline) -> Edges | None:
    """The stated box or else the extent of the outline; None where the policy drops it."""
    bbox = annotation.get("bbox")
    if bbox is None or bbox == []:
        return _derived(scan, place, outline)
    try:
        edges = edges_of(bbox)
    except ValueError as error:
        raise AnnotationError(scan.part.file, f"{place}.bbox", str(error)) from None
    return nearly(annotation["edges"], edges) if "edges" in annotation else edges


def _derived(scan: _Pass, place: str, outline: Outline) -> Edges | None:
    edges = extent_of(outline)
    if edges is None:
        raise AnnotationError(scan.part.file, f"{place}.bbox", "is missing, and no segmentation tells it")
    message = f"no bbox; {shown(edges)} is the extent of the segmentation"
    return None if scan.problem("derived_box", f"{place}.bbox", message) == "skip" else edges


def _fields(scan: _Pass, annotation: Object, place: str, outline: Outline, edges: Edges) -> dict[str, Any]:
    """The optional fields of the box that the annotation states."""
    optional = scan.optional
    fields: dict[str, Any] = {}
    if not _is_own_area(annotation.get("area"), edges):
        fields["area"] = optional.field(annotation, "area", place)
    if annotation.get("iscrowd"):
        fields["crowd"] = optional.field(annotation, "iscrowd", place, "crowd") or False
    if outline and not isinstance(outline, Mask):
        fields["polygons"] = outline
    if not annotation.keys() <= COCO_KEYS:
        extras = {key: optional.field(annotation, key, place) for key in EXTRA_FIELDS if key in annotation}
        fields |= {key: value for key, value in extras.items() if value is not None}
        fields["attributes"] = optional.attributes(annotation, ANNOTATION_KEYS, place)
    if isinstance(outline, Mask):
        fields["attributes"] = fields.get("attributes", {}) | outline.attributes()
    return fields


def _is_own_area(area: object, edges: Edges) -> bool:
    """Whether an area says no more than the edges do."""
    own = (edges[2] - edges[0]) * (edges[3] - edges[1])
    return area in (None, own) or (type(area) is float and math.isclose(area, own, rel_tol=SAME_AREA))


# Writing


class _Spools:
    """What one file will hold: images and annotations as text, without the ids that only the end tells."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.source_ids: list[str | None] = []
        self.images, self.annotations = (stack.enter_context(RowSpool(folder)) for _ in range(2))


def _spool(record: ImageRecord, spools: _Spools, ranks: dict[str, int]) -> None:
    position = str(len(spools.source_ids))
    spools.source_ids.append(record.source_id)
    spools.images.add(_image_text(record))
    for box in record.boxes:
        rank = ranks.setdefault(box.label, len(ranks))
        spools.annotations.add(position, str(rank), annotation_text(box))


def _check(record: ImageRecord, context: WriteContext) -> None:
    """Refuse a record that COCO cannot hold, and report what of it cannot be written."""
    if record.width is None or record.height is None:
        hint = "bring the image along, or leave the record out"
        context.refuse(record, "COCO requires width and height, and nothing tells them", hint)
    if record.split is not None and not _names_file(record.split):
        context.refuse(record, f"the split {record.split!r} cannot be part of a file's name")
    for box in record.boxes:
        if box.polygons and any(len(polygon) < FEWEST_VERTICES for polygon in box.polygons):
            context.lose("polygons", "an outline of fewer than three vertices encloses nothing")


def _names_file(split: str) -> bool:
    """Whether a split's name can be part of a file's, and a folder's in the paths that are read back."""
    return not unsafe_path(split) and "\\" not in split and bad_name(_file_name(split)) is None


def _file_name(split: str | None) -> str:
    return "instances.json" if split is None else f"instances_{split}.json"


def _image_text(record: ImageRecord) -> str:
    keys: dict[str, object] = {"file_name": record.path, "width": record.width, "height": record.height}
    if record.group is not None:
        keys["group"] = record.group
    keys |= {key: value for key, value in record.attributes.items() if key not in IMAGE_KEYS}
    if taken := {key: value for key, value in record.attributes.items() if key in IMAGE_KEYS}:
        keys["attributes"] = taken
    return json.dumps(keys)[1:-1]


def _own_ids(source_ids: Sequence[str | None], context: WriteContext) -> list[str] | None:
    """The images' own ids as JSON, numbers where all of them are numbers; None: they must be counted."""
    own = [id for id in source_ids if id is not None]
    if len(own) < len(source_ids) or len(set(own)) < len(own):
        if own:
            reason = "some images of a split have none or share one, so ids are counted"
            context.lose("source_id", reason, len(own))
        return None
    return own if all(map(INTEGER.fullmatch, own)) else [json.dumps(id) for id in own]


def _lists_text(
    spools: _Spools, own_ids: Sequence[str] | None, categories: Mapping[str, int], category_ids: Sequence[int]
) -> Iterator[str]:
    """The three lists; `category_ids` are those of the labels in the order in which they came."""
    image_ids = own_ids or [str(id) for id in range(1, len(spools.source_ids) + 1)]
    images = zip(image_ids, spools.images, strict=True)
    yield '"images": '
    yield from listed(f'"id": {id}, {text}' for id, (text,) in images)
    yield ',\n"annotations": '
    yield from listed(
        f'"id": {id}, "image_id": {image_ids[int(at)]}, {text}, "category_id": {category_ids[int(rank)]}'
        for id, (at, rank, text) in enumerate(spools.annotations, start=1)
    )
    yield ',\n"categories": '
    yield from listed(f'"id": {id}, "name": {json.dumps(label)}' for label, id in categories.items())
    yield "}\n"


ADAPTER = Adapter(
    name="coco",
    summary="COCO object detection (one JSON file for each split)",
    source="https://cocodataset.org/#format-data",
    options=CocoOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset(
        {
            *("split", "group", "source_id", "path", "attributes"),
            *("difficult", "truncated", "occluded", "crowd", "group_of", "polygons", "area", "pose", "score"),
        }
    ),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer COCO to the plugin manager."""
    return [ADAPTER]
