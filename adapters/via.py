"""VGG Image Annotator (VIA) 1 and 2: one JSON object, or one CSV table, of images with their regions.

Layout:  <root>/<split>/via_region_data.json beside the split's images, as the balloon data set has it, or
         JSON or CSV files of any name; a project (saved with its settings) counts where nothing else is
JSON:    {"a.jpg1234": {"filename": "a.jpg", "size": 1234, "regions": [{"shape_attributes": {"name": "rect",
         "x": 1, "y": 2, "width": 30, "height": 40}, "region_attributes": {"label": "hand"}}],
         "file_attributes": {}}}; the key is filename and size in bytes, -1 if unknown; in a project this
         object stands under _via_img_metadata, and VIA 1 numbers the regions: {"0": {…}}
CSV:     filename, file_size, file_attributes, region_count, region_id, region_shape_attributes and
         region_attributes, the attributes as JSON; an image without regions has a row of its own
Units:   pixels from the top left corner, 0-based edges; an ellipse's theta in radians
Source:  https://www.robots.ox.ac.uk/~vgg/software/via/docs/

A polygon is an outline whose extent is the box; circles, ellipses and lines are known by their extent alone,
which is reported. The label is the region attribute that option `label` names, else the file's first one; all
others, and those of the image, are kept as attributes. A file is parsed as a whole. No size is stated:
without its image an image's size is unknown. Written images without split lie in <root>/images with their
list.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.layout.annotation_files import annotation_files, sniffed, some_file
from boxwright.core.layout.listed_images import ImageList, ListedImage, image_lists
from boxwright.core.layout.split_folders import splits_of, written
from boxwright.core.numbers import decimal, number, shortened
from boxwright.core.options import Options, reads
from boxwright.core.parsing.centre_size import DIGITS
from boxwright.core.parsing.derived_edges import derived, of_ellipse
from boxwright.core.parsing.json_document import Json, Object
from boxwright.core.parsing.optional_values import OptionalValues
from boxwright.core.parsing.segmentation import outlines_tell, polygon_of
from boxwright.core.parsing.via_document import Image, Region, images_of, is_document, is_project, is_table
from boxwright.core.parsing.width_height import NAMES, edges_of, length
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, Edges, ImageRecord, Polygon, Scalar, extent
from boxwright.core.write_context import WriteContext

FILE = "via_region_data.json"
SPLIT_FOLDER_FILES = (FILE, "via_region_data.csv", "annotations.json", "annotations.csv")
LABEL = "label"
# The keys of the radii of shapes that have a centre.
RADII: Mapping[object, tuple[str, ...]] = {"circle": ("r",), "ellipse": ("rx", "ry"), "point": ()}
SHAPES = ("rect", "polygon", "polyline", "circle", "ellipse", "point")


class ViaOptions(Options):
    """Options of the VIA adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the annotations")
    label: str | None = reads(
        None, "the region attribute that is the label, when it is not the first one of a file"
    )
    default_label: str | None = reads(None, "label of regions that state none")


def read(path: Path, options: ViaOptions) -> Source:
    """Open a JSON or CSV file, or a folder with one or several of them."""
    root, files = _files(path)
    tables = {file: images_of(file) for file in files or [some_file(path, ".json", SPLIT_FOLDER_FILES)]}
    names = {file: [image.name for image in images] for file, images in tables.items()}
    lists = image_lists(root, names, splits_of(root, tables), options.images)

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for each in lists:
            images = tables[each.path]
            labels = _Labels(key=options.label or _first_key(images), default=options.default_label)
            optional = OptionalValues(context, each.path)
            for image in images:
                record = _record(each, image, labels, context, optional)
                if record is not None:
                    yield record

    return Source(root=root, scan=scan)


def write(dataset: Dataset, options: ViaOptions, context: WriteContext) -> None:
    """Write a JSON file into the folder of each split, beside its images."""
    with written(context, FILE, "{}") as add:
        for record in dataset:
            add(record, _image_text(record, context))
            if record.file is None and record.width is not None:
                context.lose("width", "VIA states no size: without its image it is unknown")


def sniff(path: Path) -> bool:
    """Whether this is, or holds, an object of images with regions, or such a table."""
    try:
        documents = sniffed(path, ".json", SPLIT_FOLDER_FILES, _belongs)
        return documents or sniffed(path, ".csv", SPLIT_FOLDER_FILES, is_table)
    except OSError:
        return False


# Reading: files


def _files(path: Path) -> tuple[Path, list[Path]]:
    """The root and its files: JSON before CSV, which says the same, and projects where nothing else is."""
    root, found = annotation_files(path, ".json", SPLIT_FOLDER_FILES, _belongs)
    if not found:
        return annotation_files(path, ".csv", SPLIT_FOLDER_FILES, is_table)
    exports = [file for file in found if not is_project(file)]
    return root, exports or found


def _belongs(path: Path) -> bool:
    # A damaged list of a split must not be passed over.
    return path.name == FILE or is_document(path)


# Reading: records and boxes


@dataclass(frozen=True, slots=True)
class _Labels:
    """The region attribute that is the label, and the label of a region that states none."""

    key: str | None
    default: str | None


def _first_key(images: Sequence[Image]) -> str | None:
    """The first attribute of the first region that has any."""
    attributes = (region.attributes for image in images for region in image.regions)
    return next((key for each in attributes for key in each), None)


def _record(
    listed: ImageList, image: Image, labels: _Labels, context: ReadContext, optional: OptionalValues
) -> ImageRecord | None:
    opened = listed.open(context, image.name, image.place, key=image.key)
    if opened is None:
        return None
    boxes = [_box(region, labels, opened, optional) for region in image.regions]
    attributes = optional.attributes(_flat(image.attributes), (), image.attributes_place)
    return opened.record(boxes, attributes=attributes)


def _box(region: Region, labels: _Labels, image: ListedImage, optional: OptionalValues) -> Box | None:
    label = _label(region, labels, image.source)
    found = _located(region, image)
    if found is None:
        return None
    edges, polygons = found
    others = {key: value for key, value in region.attributes.items() if key != labels.key}
    attributes = optional.attributes(_flat(others), (), region.attributes_place)
    return image.frame.box(label, edges, where=region.shape_place, polygons=polygons, attributes=attributes)


def _label(region: Region, labels: _Labels, path: Path) -> str:
    value = region.attributes.get(labels.key) if labels.key else None
    if isinstance(value, dict):  # of a checkbox: {"hand": true, "face": false}
        ticked = [name for name, state in value.items() if state is True]
        value = ticked[0] if len(ticked) == 1 else None
    if value in (None, "") and labels.default:
        return labels.default
    if value in (None, ""):
        fact = f"no label: found {shortened(dict(region.attributes))}"
        hint = "--option label=KEY names its attribute, --option default_label=NAME is for regions without"
        raise AnnotationError(path, region.attributes_place, fact, hint)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise AnnotationError(path, region.attributes_place, f"label: {shortened(value)} is no text")
    return str(value)


def _flat(attributes: Object) -> dict[str, Json]:
    """Attributes, those of a checkbox each under a key of its own: `quality.good`."""
    found: dict[str, Json] = {}
    for key, value in attributes.items():
        inside = value.items() if isinstance(value, dict) else ()
        found |= {f"{key}.{name}": state for name, state in inside} if inside else {key: value}
    return found


def _located(region: Region, image: ListedImage) -> tuple[Edges, tuple[Polygon, ...]] | None:
    """The edges of a region and its outline, if it has one; None where a problem's action drops it."""
    path, place, shape = image.source, region.shape_place, region.shape
    if shape.get("name") == "polygon":
        with reading(path, place):
            points = _points(shape)
        polygon = polygon_of(points, image.frame, path, place, "skip")
        return (extent(polygon), (polygon,)) if polygon else None
    with reading(path, place):
        if shape.get("name") == "rect":
            return _rectangle([shape.get(name) for name in NAMES]), ()
        edges = _extent(shape)
    loose = shape["name"] in ("point", "polyline")
    found = derived(f"a shape {shape['name']!r}", edges, image.frame, path, place, loose=loose)
    return None if found is None else (found, ())


def _rectangle(numbers: list[Json]) -> Edges:
    """The edges of x, y, width and height, without the noise that adding floats makes."""
    x_min, y_min, x_max, y_max = edges_of(numbers)
    return x_min, y_min, round(x_max, DIGITS), round(y_max, DIGITS)


def _points(shape: Object) -> list[Json]:
    """The coordinates of the vertices: x, y, x, y, …; any value may stand for one."""
    xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise ValueError("expected the lists all_points_x and all_points_y, equally long")
    return list(chain.from_iterable(zip(xs, ys, strict=True)))


def _extent(shape: Object) -> Edges:
    """The edges around a shape that is neither rectangle nor polygon; raises ValueError."""
    if (kind := shape.get("name")) == "polyline":
        points = [number(value, "a vertex") for value in _points(shape)]
        return extent(zip(points[::2], points[1::2], strict=True))
    if not isinstance(kind, str) or kind not in RADII:
        raise ValueError(f"name: {shortened(kind)} is none of {', '.join(SHAPES)}")
    x, y, *radii = (number(shape.get(key), key) for key in ("cx", "cy", *RADII[kind]))
    across, down = (radii * 2)[:2] or (0.0, 0.0)
    return of_ellipse(x, y, across, down, number(shape.get("theta", 0), "theta"))


# Writing


def _image_text(record: ImageRecord, context: WriteContext) -> str:
    """The key and the value of an image."""
    size = _bytes(record)
    image = {"filename": record.path, "size": size}
    regions = ", ".join(_region_text(box, context) for box in record.boxes)
    return (
        f"{json.dumps(f'{record.path}{size}')}: {{{json.dumps(image)[1:-1]}, "
        f'"regions": [{regions}], "file_attributes": {json.dumps(dict(record.attributes))}}}'
    )


def _bytes(record: ImageRecord) -> int:
    """The size of an image's file, or -1."""
    try:
        if record.file is not None:
            with record.file.open() as (_, size):
                return size
    except OSError:
        pass
    return -1


def _region_text(box: Box, context: WriteContext) -> str:
    if LABEL in box.attributes:
        context.lose("attributes", f"{LABEL!r} is the name of the label")
    attributes: dict[str, Scalar] = {**box.attributes, LABEL: box.label}
    ordered = {LABEL: box.label} | attributes  # the first one is the label
    outline = box.polygons[0] if len(box.polygons) == 1 and outlines_tell(box) else ()
    numbers = _numbers(box)
    if (extent(outline) if outline else _rectangle(numbers)) != box.edges:
        context.lose("edges", "an outline or a size rounds the last digits")
    if box.polygons and not outline:
        context.lose("polygons", "only one whose extent is the box")
    shape = _outline_text(outline) if outline else _rectangle_text(numbers)
    return f'{{"shape_attributes": {shape}, "region_attributes": {json.dumps(ordered)}}}'


def _outline_text(polygon: Polygon) -> str:
    xs, ys = (", ".join(map(decimal, values)) for values in zip(*polygon, strict=True))
    return f'{{"name": "polygon", "all_points_x": [{xs}], "all_points_y": [{ys}]}}'


def _numbers(box: Box) -> list[float]:
    x, y, right, bottom = box.edges
    return [x, y, length(x, right), length(y, bottom)]


def _rectangle_text(numbers: Sequence[float]) -> str:
    values = ", ".join(f'"{name}": {decimal(value)}' for name, value in zip(NAMES, numbers, strict=True))
    return f'{{"name": "rect", {values}}}'


ADAPTER = Adapter(
    name="via",
    summary="VGG Image Annotator, JSON or CSV (rectangles, polygons; attributes of regions and files)",
    source="https://www.robots.ox.ac.uk/~vgg/software/via/docs/",
    options=ViaOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"attributes", "path", "polygons", "split"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer VIA to the plugin manager."""
    return [ADAPTER]
