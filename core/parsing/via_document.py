"""What VGG Image Annotator stores: images with their regions, from a JSON object or a CSV table.

The formats are described in boxwright.adapters.via; here each value gets its place in the file.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.errors import AnnotationError
from boxwright.core.parsing.csv_rows import rows
from boxwright.core.parsing.cut_row import cut_hint
from boxwright.core.parsing.file_search import JSON_OBJECT, looks_like
from boxwright.core.parsing.json_document import Json, Object, parsed
from boxwright.core.parsing.json_values import list_at, object_at, text_at

PROJECT = "_via_img_metadata"
IN_PROJECT = re.compile(rb'"_via_img_metadata"\s*:')
FILENAME, SIZE = re.compile(rb'"filename"\s*:'), re.compile(rb'"size"\s*:')
REGIONS = re.compile(rb'"regions"\s*:\s*[\[{]')

# A row's cells that hold JSON.
JSON_COLUMNS = ("region_shape_attributes", "region_attributes", "file_attributes")
CSV_COLUMNS = ("filename", "file_size", *JSON_COLUMNS)


@dataclass(frozen=True, slots=True)
class Region:
    """A region's two objects, with their places in the file."""

    shape: Object
    shape_place: str
    attributes: Object
    attributes_place: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image as a file lists it; `key` leads from its place to its name's."""

    name: str
    place: str
    key: str
    attributes_place: str
    attributes: Object
    regions: list[Region]


def images_of(path: Path) -> list[Image]:
    """The images that a file lists, in its order; raises AnnotationError."""
    if path.suffix.lower() == ".csv":
        return _csv_images(path)
    content = object_at(parsed(path.read_bytes(), path), path, "")
    place = f"{PROJECT}." if PROJECT in content else ""
    entries = object_at(content.get(PROJECT, content), path, place)
    return [_json_image(entry, path, f"{place}[{json.dumps(key)}]") for key, entry in entries.items()]


def _json_image(value: Json, path: Path, place: str) -> Image:
    entry = object_at(value, path, place)
    name = text_at(entry.get("filename"), path, f"{place}.filename")
    attributes = object_at(entry.get("file_attributes") or {}, path, f"{place}.file_attributes")
    found = entry.get("regions")
    listed = found.values() if isinstance(found, dict) else list_at(found, path, f"{place}.regions")
    regions = [_json_region(each, path, f"{place}.regions[{index}]") for index, each in enumerate(listed)]
    return Image(name, place, ".filename", f"{place}.file_attributes", attributes, regions)


def _json_region(value: Json, path: Path, place: str) -> Region:
    region = object_at(value, path, place)
    shape_place, attributes_place = f"{place}.shape_attributes", f"{place}.region_attributes"
    shape = object_at(region.get("shape_attributes"), path, shape_place)
    attributes = object_at(region.get("region_attributes") or {}, path, attributes_place)
    return Region(shape, shape_place, attributes, attributes_place)


def _csv_images(path: Path) -> list[Image]:
    """The images of a table, in the order of their first rows."""
    found: dict[tuple[str, str], Image] = {}
    table = rows(path)
    line, header = next(table, (1, []))
    names = _column_names(header)
    if missing := [name for name in CSV_COLUMNS if name not in names]:
        raise AnnotationError(path, line, f"no column {missing[0]}; VIA has {', '.join(CSV_COLUMNS)}")
    for line, cells in table:
        if len(cells) != len(names):
            fact = f"expected {len(names)} columns; found {len(cells)}"
            raise AnnotationError(path, line, fact, cut_hint(path, line, short=len(cells) < len(names)))
        row = dict(zip(names, cells, strict=True))
        name = text_at(row["filename"], path, f"{line} filename")
        shape, region, file = (_json_cell(row, key, path, line) for key in JSON_COLUMNS)
        place = f"{line} file_attributes"
        image = found.setdefault((name, row["file_size"]), Image(name, str(line), "", place, file, []))
        if shape:
            places = f"{line} region_shape_attributes", f"{line} region_attributes"
            image.regions.append(Region(shape, places[0], region, places[1]))
    return list(found.values())


def _column_names(header: Sequence[str]) -> list[str]:
    return [name.strip().lstrip("#") for name in header]


def _json_cell(row: Mapping[str, str], key: str, path: Path, line: int) -> Object:
    if not row[key]:
        return {}
    return object_at(parsed(row[key].encode(), path, line), path, f"{line} {key}")


def is_document(path: Path) -> bool:
    """Whether a JSON file looks like VIA's."""
    return looks_like(path, JSON_OBJECT, FILENAME, SIZE, REGIONS)


def is_project(path: Path) -> bool:
    """Whether such a file is a project, saved with VIA's settings."""
    return looks_like(path, JSON_OBJECT, IN_PROJECT)


def is_table(path: Path) -> bool:
    """Whether a CSV file has VIA's columns."""
    try:
        _, header = next(rows(path), (0, [])) if path.is_file() else (0, [])
    except AnnotationError:
        return False
    return set(CSV_COLUMNS) <= set(_column_names(header))
