"""The canonical schema itself as JSON lines: one record a line, nothing lost.

Layout:   <root>/annotations.jsonl, <root>/images/<the record's path>
Lines:    a header {"format": "boxwright", "version": 1, "labels": [...] or null, "info": {...}}, then records
          {"path": "a.jpg", "width": 640, "height": 480, "boxes": [{"label": "hand", "x_min": 1, ...}], ...}
Fields:   those of ImageRecord, Box and Cuboid in boxwright.core.schema, absent where they say nothing
Units:    pixels of the stored image, 0-based edges, maxima exclusive
Source:   this module
"""

import dataclasses
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, DirectoryPath, TypeAdapter
from pydantic.dataclasses import dataclass
from pydantic_core import PydanticSerializationError, to_json

from boxwright.core.adapter import KEEPABLE, Adapter, Source
from boxwright.core.errors import AnnotationError, nearest, reading
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.numbers import MOST_PIXELS, number, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.json_document import Json, Object
from boxwright.core.parsing.json_lines import MOST_BYTES, json_lines
from boxwright.core.parsing.optional_values import is_scalar
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Cuboid, Dataset, ImageRecord, Info
from boxwright.core.write_context import WriteContext

FORMAT: Literal["boxwright"] = "boxwright"
VERSION: Literal[1] = 1
FILE, IMAGES = "annotations.jsonl", "images"

BOX_KEYS = tuple(field.name for field in dataclasses.fields(Box))
RECORD_KEYS = tuple(field.name for field in dataclasses.fields(ImageRecord) if field.name != "file")
CUBOID_KEYS = tuple(field.name for field in dataclasses.fields(Cuboid))
INFO_KEYS = tuple(field.name for field in dataclasses.fields(Info))
HEADER_KEYS = ("format", "version", "labels", "info")
EDGES = ("x_min", "y_min", "x_max", "y_max")
RECORD = TypeAdapter(ImageRecord)  # how a record is written


class JsonlOptions(Options):
    """Options of the jsonl adapter."""

    images: DirectoryPath | None = reads(
        None, f"folder of the images, when it is not {IMAGES}/ beside the file"
    )


def read(path: Path, options: JsonlOptions) -> Source:
    """Read the header; the records wait for the scan."""
    file = _file(Path(os.path.abspath(path)))
    images = ImageFolder(options.images or file.parent / IMAGES)
    start, first = next(json_lines(file), (1, None))
    if first is None:
        raise AnnotationError(file, "", "is empty")
    with reading(file, start):
        header = _header(first)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for line, value in json_lines(file):
            if line != start or "path" in value:
                record = _record(value, line, file, images, context)
                if record is not None:
                    yield record

    return Source(root=file.parent, scan=scan, labels=header.labels, info=header.info)


def write(dataset: Dataset, options: JsonlOptions, context: WriteContext) -> None:
    """Write the header and a line for each record, and bring the images along."""
    header = _Header(labels=dataset.declared_labels, info=dataset.info)
    with context.open(FILE) as file:
        file.write(to_json(header, exclude_none=True).decode() + "\n")
        for record in dataset:
            file.write(_line(record, context))
            context.place(record, f"{IMAGES}/{record.path}")


def sniff(path: Path) -> bool:
    """Whether the first line is our header, if a faulty one, or a record with our keys and no others."""
    first = None
    try:
        if path.is_file() and path.suffix != ".jsonl":
            return False
        _, first = next(json_lines(_file(path)), (0, None))
        _header(first)
    except (OSError, AnnotationError, ValueError):
        return isinstance(first, dict) and first.get("format") == FORMAT
    return True


def _file(path: Path) -> Path:
    """The file of a data set: given itself, or by its folder or that of the images."""
    file = path
    if path.is_dir():
        above = path.name == IMAGES and not (path / FILE).exists()
        file = (path.parent if above else path) / FILE
    if not file.is_file():
        raise AnnotationError(file, "", "there is no such file", f"give the folder that holds {FILE}")
    return file


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Header:
    """The first line; without it, nothing is known."""

    format: Literal["boxwright"] = FORMAT
    version: Literal[1] = VERSION
    labels: tuple[str, ...] | None = None
    info: Info = Info()

    def __post_init__(self) -> None:
        if self.labels is not None and len(set(self.labels)) < len(self.labels):
            raise ValueError(f"labels: a name stands twice in {shortened(self.labels)}")


def _header(first: Json) -> _Header:
    """The header of a file that begins with one or with a record; raises ValueError."""
    if isinstance(first, dict) and "path" in first and "format" not in first:
        _stated(first)
        return _Header()
    if not isinstance(first, dict) or first.get("format") != FORMAT:
        expected = f'a header {{"format": "{FORMAT}", ...}} or a record with a path'
        raise ValueError(f"expected {expected}; found {shortened(first)}")
    _check_keys(first, "the header", HEADER_KEYS)
    _check_keys(first.get("info", {}), "info", INFO_KEYS)
    _check_labels(first.get("labels"))
    return _Header(**{"version": None, **first})


def _record(
    value: Json, line: int, file: Path, images: ImageFolder, context: ReadContext
) -> ImageRecord | None:
    with reading(file, line):
        stated = _stated(value)
    if context.repeated(stated.path, stated.split, file, line):
        return None
    image = images.file(stated.path) if images.has(stated.path) else None
    frame = context.frame(
        image,
        path=file,
        declared=(stated.width, stated.height) if stated.width and stated.height else None,
        where=str(line),
        missing=f"no image {stated.path}",
        missing_where=str(line),
    )
    if frame is None:
        return None
    return dataclasses.replace(
        stated,
        width=frame.width,
        height=frame.height,
        boxes=_boxes(value, "boxes", frame.box, file, line),
        ignored=_boxes(value, "ignored", frame.region, file, line),
        file=image,
    )


def _stated(value: Json) -> ImageRecord:
    """The record as its line states it, without boxes; raises ValueError."""
    _check_keys(value, "the record", RECORD_KEYS, ("path",))
    _check_attributes(value)
    _check_size(value)
    rest = {key: found for key, found in value.items() if key not in ("boxes", "ignored")}
    return ImageRecord(**{"width": None, "height": None, **rest})


def _check_labels(labels: Json) -> None:
    """Raise ValueError for the first label that is none; pydantic would tell a million of them."""
    for index, label in enumerate(labels if isinstance(labels, list) else ()):
        if not isinstance(label, str):
            raise ValueError(f"labels[{index}]: {shortened(label)} is no text")


def _check_size(value: Object) -> None:
    """Raise ValueError for a side that no statistics could count; the schema knows all else."""
    for key in ("width", "height"):
        if isinstance(side := value.get(key), int) and side > MOST_PIXELS:
            raise ValueError(f"{key}: {shortened(side)} is no number of pixels")


def _check_attributes(value: Object) -> None:
    for key, found in _object(value.get("attributes", {}), "attributes").items():
        if not is_scalar(found):
            raise ValueError(f"attributes.{key}: {shortened(found)} is no text, number or flag")


def _boxes(
    record: Object, key: str, make: Callable[..., Box | None], file: Path, line: int
) -> tuple[Box, ...]:
    values = record.get(key, [])
    if not isinstance(values, list):
        raise AnnotationError(file, line, f"{key}: {shortened(values)} is no list")
    boxes = (_box(value, make, file, f"{line} {key}[{index}]") for index, value in enumerate(values))
    return tuple(box for box in boxes if box is not None)


def _box(value: Json, make: Callable[..., Box | None], file: Path, where: str) -> Box | None:
    with reading(file, where):
        _check_keys(value, "a box", BOX_KEYS, ("label", *EDGES))
        if not isinstance(value["label"], str):
            raise ValueError(f"label: {shortened(value['label'])} is no text")
        edges = tuple(number(value[name], name) for name in EDGES)
        _check_attributes(value)
        if value.get("cuboid") is not None:
            _check_keys(value["cuboid"], "cuboid", CUBOID_KEYS)
    fields = {key: found for key, found in value.items() if key not in ("label", *EDGES)}
    return make(value["label"], edges, where=where, **fields)


def _object(value: Json, name: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{name}: {shortened(value)} is no JSON object")
    return value


def _check_keys(value: Json, name: str, known: Collection[str], required: Collection[str] = ()) -> None:
    for key in _object(value, name):
        if key not in known:
            listed = f"; keys are {', '.join(known)}"
            raise ValueError(f"unknown key {shortened(key)}{nearest(key, known) or listed}")
    for key in required:
        if key not in value:
            raise ValueError(f"the key {key!r} is missing")


def _line(record: ImageRecord, context: WriteContext) -> str:
    try:
        line = RECORD.dump_json(record, exclude={"file"}, exclude_defaults=True)
    except PydanticSerializationError:
        fact = "a text holds bytes that are no text, which the file system allows but UTF-8 not"
        context.refuse(record, fact)
    if len(line) >= MOST_BYTES:
        context.refuse(record, f"its line is longer than {MOST_BYTES} bytes")
    return f"{line.decode()}\n"


ADAPTER = Adapter(
    name="jsonl",
    summary="JSON lines of the canonical schema itself; loses nothing",
    source="boxwright.adapters.jsonl",
    options=JsonlOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=KEEPABLE,
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer JSON lines to the plugin manager."""
    return [ADAPTER]
