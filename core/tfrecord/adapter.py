"""TFRecords of the TensorFlow Object Detection API, as an adapter: read back, inspected, converted.

Layout:  <root>/NAME_train.tfrecord, NAME_val-00000-of-00010.tfrecord, NAME_label_map.pbtxt,
         NAME_manifest.json;
         the OD API's own `pascal_train.record`, `coco.record-00000-of-00002` as well
Units:   fractions of the image's width and height, float32; classes by name, or by id through a label map
Source:  https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/using_your_own_dataset.md
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from annotated_types import Ge, Le

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading, relative
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.source_files import files
from boxwright.core.manifest import manifest_in
from boxwright.core.numbers import shortened
from boxwright.core.options import Options, reads, writes
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord, Info, unsafe_path
from boxwright.core.tfrecord.example import (
    EDGE_KEYS,
    GROUP_KEY,
    decode,
    optional_fields,
    text_of,
    value_of,
    values_of,
)
from boxwright.core.tfrecord.float32 import pixels
from boxwright.core.tfrecord.framing import HEADER, compression, stated_length, unframed
from boxwright.core.tfrecord.label_map import labels_in_order, read_label_map
from boxwright.core.tfrecord.shards import KNOWN_SPLITS, MOST_SHARDS, is_record_file, shard_set, split_of
from boxwright.core.tfrecord.writer import write_tfrecords
from boxwright.core.write_context import WriteContext

LABEL_MAP_SUFFIX = ".pbtxt"
START = 64  # bytes of an image that are looked for first
TEXT_KEY, ID_KEY = "image/object/class/text", "image/object/class/label"


class TFRecordOptions(Options):
    """Options of the TFRecord adapter."""

    label_map: Path | None = reads(None, "label map file, when it is not beside the records")
    shards: Annotated[int, Ge(1), Le(MOST_SHARDS)] = writes(1, "files to write for each split")


def read(path: Path, options: TFRecordOptions) -> Source:
    """Find the record files at a path: a folder of them, or a single one."""
    root = path if path.is_dir() else path.parent
    found = _record_files(path)
    if not found:
        raise _none_found(path)
    if path.is_dir():
        _check_complete(found)
    manifest = manifest_in(root) or {}
    names = _label_map(root, options)
    layout = _Layout(root, found, names, _splits(manifest))
    return Source(
        root=root,
        scan=lambda context: _records(layout, context),
        labels=labels_in_order(names) if names else None,
        info=_info(manifest, root),
    )


def write(dataset: Dataset, options: TFRecordOptions, context: WriteContext) -> None:
    """Write shards, label map and manifest; an image whose bytes are missing or damaged is skipped."""
    write_tfrecords(dataset, context, options.shards)


def sniff(path: Path) -> bool:
    """Whether there is a record file whose first record's length has the checksum that TFRecords have.

    A compressed one counts: reading says what it is.
    """
    try:
        found = _record_files(path)
        if not found:
            return False
        with open(found[0], "rb") as file:
            head = file.read(HEADER.size)
    except OSError:
        return False
    if len(head) < HEADER.size:
        return not head  # an empty file by that name is a shard without records
    try:
        return stated_length(head) >= 0
    except ValueError:
        return compression(head) is not None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Record files in order, names by id, and the split of each file that the manifest names."""

    root: Path
    files: tuple[Path, ...]
    names: dict[int, str]
    splits: Mapping[str, str | None]

    def split(self, file: Path) -> str | None:
        """What the manifest says, else the file's name, else its folder's (Roboflow: train/x.tfrecord)."""
        if file.parent == self.root and file.name in self.splits:
            return self.splits[file.name]
        folder = file.parent.name if file.parent != self.root else None
        return split_of(file.name) or (folder if folder in KNOWN_SPLITS else None)


def _splits(manifest: Mapping[str, Any]) -> dict[str, str | None]:
    """The split of each shard that a manifest lists; one that somebody has damaged lists none."""
    shards = manifest.get("shards")
    listed = [shard for shard in shards if isinstance(shard, dict)] if isinstance(shards, list) else []
    return {
        shard["file"]: shard["split"]
        for shard in listed
        if isinstance(shard.get("file"), str) and isinstance(shard.get("split", 0), str | None)
    }


def _info(manifest: Mapping[str, Any], root: Path) -> Info:
    stated = manifest.get("info")
    if not isinstance(stated, dict):
        return Info(name=root.name)
    known = {field.name: stated.get(field.name) for field in fields(Info)}
    return Info(**{name: value for name, value in known.items() if isinstance(value, str)})


def _record_files(path: Path) -> tuple[Path, ...]:
    """The record files in and below a folder, in order; a single file is itself."""
    if path.is_file():
        return (path,) if is_record_file(path.name) else ()
    return tuple(file for file in files(path) if is_record_file(file.name) and file.is_file())


def _none_found(path: Path) -> AnnotationError:
    packed = [path] if path.is_file() else files(path, {".gz"})
    for file in packed:
        if file.suffix == ".gz" and is_record_file(file.stem):
            return AnnotationError(file, "", "is compressed with gzip", "gunzip it first")
    return AnnotationError(path, "", "holds no TFRecord files", "they end in .tfrecord or .record")


def _check_complete(found: tuple[Path, ...]) -> None:
    """Raise AnnotationError when a shard of a set is missing: its records would be lost silently."""
    sets: dict[tuple[Path, str, int], dict[int, Path]] = {}
    for file in found:
        if (promised := shard_set(file.name)) is not None:
            base, number, count = promised
            sets.setdefault((file.parent, base, count), {})[number] = file
    for (_, base, count), present in sets.items():
        if len(present) != count:
            fact = f"{len(present)} of the {count} shards of {base} are here"
            raise AnnotationError(min(present.values()), "", fact, "bring the others, or read a single file")


def _label_map(root: Path, options: TFRecordOptions) -> dict[int, str]:
    if options.label_map is not None:
        return read_label_map(options.label_map)
    found = [file for file in files(root, {LABEL_MAP_SUFFIX}) if file.parent == root]
    if len(found) > 1:
        found = [file for file in found if "label_map" in file.name]
    return read_label_map(found[0]) if len(found) == 1 else {}


def _records(layout: _Layout, context: ReadContext) -> Iterator[ImageRecord]:
    for file in layout.files:
        try:
            opened = open(file, "rb")  # noqa: SIM115 (closed below)
        except OSError as error:
            raise AnnotationError(file, "", f"cannot be read: {error.strerror}") from None
        with opened:
            for example in _examples(file, opened):
                record = _record(example, layout, context)
                if record is not None:
                    yield record


@dataclass(frozen=True, slots=True)
class _Example:
    """A serialised Example and where it stands: in the file's record `number`, from byte `offset` on."""

    file: Path
    number: int
    offset: int
    data: bytes

    @property
    def place(self) -> str:
        return f"record[{self.number}]"


def _examples(file: Path, opened: BinaryIO) -> Iterator[_Example]:
    found = unframed(opened, file.stat().st_size)
    number = 0
    while True:
        with reading(file, f"record[{number}]"):
            item = next(found, None)
        if item is None:
            return
        yield _Example(file, number, *item)
        number += 1


def _record(example: _Example, layout: _Layout, context: ReadContext) -> ImageRecord | None:
    place = example.place
    with reading(example.file, place):
        features = decode(example.data)
        image = _image(example, features)
        declared = _declared(features)
        texts = {key: text_of(features, key) for key in ("image/filename", "image/source_id", GROUP_KEY)}
    path, split = _path(example, texts["image/filename"], context), layout.split(example.file)
    if path is None or context.repeated(path, split, example.file, f"{place} image/filename"):
        return None
    frame = context.frame(
        image,
        path=example.file,
        declared=declared,
        where=f"{place} image/width",
        missing_where=f"{place} image/encoded",
    )
    if frame is None:
        return None
    source_id = texts["image/source_id"]
    return frame.record(
        path,
        _boxes(features, frame, example, layout),
        where=place,
        split=split,
        group=texts[GROUP_KEY] or None,
        source_id=None if source_id in ("", path) else source_id,
    )


def _image(example: _Example, features: dict[str, list[Any]]) -> ImageFile | None:
    encoded = value_of(features, "image/encoded", bytes)
    if not encoded:
        return None
    return ImageFile(example.file, example.offset + _place(example.data, encoded), len(encoded))


def _place(data: bytes, value: bytes) -> int:
    """Where a value that is in the data lies; to search for its start alone is ten times as fast."""
    start = data.find(value[:START])
    return start if data.startswith(value, start) else data.find(value)


def _path(example: _Example, name: str, context: ReadContext) -> str | None:
    """The image's name; where it states none that is safe, one of its file and number, or None: skipped."""
    fact = unsafe_path(name)
    if fact is None:
        return name
    file = re.sub(r"[^\w./-]", "_", relative(example.file, context.root).removeprefix("/"))
    own = f"{file}-{example.number:06}"
    code, where = "unsafe_path" if name else "missing_field", f"{example.place} image/filename"
    action = context.problem(code, example.file, where, f"{name!r} {fact}; {own!r} is taken")
    return None if action == "skip" else own


def _declared(features: dict[str, list[Any]]) -> Size | None:
    width, height = value_of(features, "image/width", int), value_of(features, "image/height", int)
    return None if width is None or height is None else (width, height)


def _boxes(features: dict[str, list[Any]], frame: Frame, example: _Example, layout: _Layout) -> Iterator[Box]:
    with reading(example.file, example.place):
        edges = [values_of(features, key, float) for key in EDGE_KEYS]
        count = len(edges[0])
        if any(len(values) != count for values in edges):
            raise ValueError(f"image/object/bbox: {', '.join(str(len(values)) for values in edges)} edges")
        labels = _labels(features, count, layout)
        optional = optional_fields(features, count)
        size = frame.drawn_size
        if size is None:
            if count:
                raise ValueError("fractions of an image of unknown size")
            return
    for number in range(count):
        where = f"{example.place} image/object[{number}]"
        with reading(example.file, where):
            found = _edges([values[number] for values in edges], size)
        box = frame.box(
            labels[number],
            found,
            where=where,
            **optional(number, found, partial(_unknown, frame, example, number)),
        )
        if box is not None:
            yield box


def _unknown(frame: Frame, example: _Example, number: int, key: str, fact: str) -> None:
    frame.reporter.problem("invalid_attribute", example.file, f"{example.place} {key}[{number}]", fact)


def _edges(fractions: list[float], size: Size) -> Edges:
    for key, fraction in zip(EDGE_KEYS, fractions, strict=True):
        if not math.isfinite(fraction):
            raise ValueError(f"{key.removeprefix('image/object/')}: {fraction!r} is not a finite number")
    x_min, y_min, x_max, y_max = fractions
    width, height = size
    return pixels(x_min, width), pixels(y_min, height), pixels(x_max, width), pixels(y_max, height)


def _labels(features: dict[str, list[Any]], count: int, layout: _Layout) -> list[str]:
    """The boxes' labels: by name, else by id, as the OD API's decoder with a label map."""
    texts = values_of(features, TEXT_KEY, bytes, count)
    ids = values_of(features, ID_KEY, int, count)
    if texts or not count:
        return [_label(text, number) for number, text in enumerate(texts)]
    if not ids:
        raise ValueError(f"image/object/class: no names and no ids for {count} boxes")
    missing = [number for number in ids if number not in layout.names]
    if missing:
        raise ValueError(f"{ID_KEY}: id {missing[0]} is in no label map (option label_map)")
    return [layout.names[number] for number in ids]


def _label(text: bytes, number: int) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{TEXT_KEY}[{number}]: {shortened(text)} is no UTF-8") from None


ADAPTER = Adapter(
    name="tfrecord",
    summary="TFRecords of the TensorFlow Object Detection API",
    source="https://github.com/tensorflow/models/blob/master/research/object_detection/g3doc/using_your_own_dataset.md",
    options=TFRecordOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset(
        {
            "area",
            "crowd",
            "cuboid",
            "difficult",
            "group",
            "group_of",
            "occluded",
            "path",
            "pose",
            "source_id",
            "split",
            "truncated",
        }
    ),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer TFRecords to the plugin manager."""
    return [ADAPTER]
