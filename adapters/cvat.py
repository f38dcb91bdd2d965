"""CVAT for images 1.1: one XML file of images with their shapes.

Layout:    <root>/annotations.xml, or several XML files (train.xml, val.xml), and <root>/images/<name> or
           <root>/images/<subset>/<name>; the images are found nearly anywhere else near the file as well
Elements:  annotations{version, meta, image*}; meta/task/labels/label/name, or project for task
           image id name width height [subset]: box label xtl ytl xbr ybr occluded z_order [rotation],
           polygon points="x,y;x,y;…", ellipse, mask, cuboid, polyline, points, skeleton, tag; in each of
           them attribute name="…"
Units:     pixels from the top left corner, 0-based edges; a rotation in degrees, clockwise
Source:    https://docs.cvat.ai/docs/manual/advanced/xml_format/

Images are read one after another, in the memory of one. A name that several files have for images of their
own is put below the split's name. CVAT for video has tracks and names no images: it is refused. A polygon is
an outline whose extent is the box, and so are the corners of a rotated box; ellipses, masks and cuboids are
known by their extent, which is reported; points, lines and skeletons have no box and are dropped unless
`derived_box` is to be repaired. `occluded` must be stated: `-0`, which is 0 to every tool, is unknown. What
CVAT notes of a shape (z_order, group_id, source) is an attribute unless it is 0 or manual. A tag of an image
is an attribute that is true; when written, attributes of images are lost.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import DirectoryPath

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, reading
from boxwright.core.frame import Frame, Size
from boxwright.core.layout.annotation_files import annotation_files, sniffed, some_file
from boxwright.core.layout.flat_names import bad_name, plain_name
from boxwright.core.layout.image_places import image_places
from boxwright.core.layout.listed_images import ImageList, shared_names
from boxwright.core.layout.split_files import split_of_files
from boxwright.core.numbers import decimal, pixels
from boxwright.core.options import Options, reads
from boxwright.core.parsing.cvat_shapes import CORNERS, CUBOID, GEOMETRY, drawn
from boxwright.core.parsing.scalar_text import scalar, scalar_text
from boxwright.core.parsing.segmentation import lose_rounding, outlines_tell
from boxwright.core.parsing.xml_document import element_line, text_of
from boxwright.core.parsing.xml_elements import attributes_text, elements, one_line
from boxwright.core.parsing.zero_flags import flag_of, flag_text
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.row_spool import RowSpool
from boxwright.core.schema import Box, Dataset, ImageRecord, Info, Scalar
from boxwright.core.write_context import WriteContext

if TYPE_CHECKING:
    from lxml.etree import _Element

ROOT, FILE = "annotations", "annotations.xml"
HEAD = re.compile(rb"<annotations\s*>.*?<(version|meta|image|track)[\s>/]", re.DOTALL)
HEAD_BYTES = 4096
SAMPLES = 20  # images of a file that decide which folder is theirs

# What CVAT writes of every shape; it says something where it is something else.
DEFAULTS = {"z_order": 0, "group_id": 0, "source": "manual"}
OWN_KEYS = {"z_order": int, "group_id": int, "source": str}
VIDEO_HINT = "export the task as 'CVAT for images 1.1', which names the frames"


class CvatOptions(Options):
    """Options of the CVAT adapter."""

    images: DirectoryPath | None = reads(None, "folder of the images, when they are not near the XML file")


def read(path: Path, options: CvatOptions) -> Source:
    """Open an XML file, or a folder with one or several of them."""
    root, files = annotation_files(path, ".xml", (FILE,), _is_cvat)
    heads = {file: _head(file) for file in files or [some_file(path, ".xml", (FILE,))]}
    splits = split_of_files(dict.fromkeys(heads))
    names = {file: [*head.names, *head.names_in_subsets] for file, head in heads.items()}
    folders = image_places(root, names, splits, options.images)
    shared = shared_names({file: _names(file) for file in heads}, folders)
    lists = [ImageList(path=file, split=splits[file], images=folders[file], shared=shared) for file in heads]
    labels = dict.fromkeys(label for head in heads.values() for label in head.labels)
    info = Info(name=next((head.name for head in heads.values() if head.name), None))

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        for each in lists:
            for index, element in enumerate(_images(each.path)):
                record = _record(element, f"image[{index}]", each, context)
                if record is not None:
                    yield record

    return Source(root=root, scan=scan, labels=tuple(labels) or None, info=info)


def write(dataset: Dataset, options: CvatOptions, context: WriteContext) -> None:
    """Write annotations.xml, with the splits as subsets, and the images below images/.

    The labels stand before the images in the file, so these wait until the last record tells all labels.
    """
    context.root.mkdir(parents=True, exist_ok=True)
    labels = dict.fromkeys(dataset.declared_labels or ())
    found: set[str] = set()
    subsets: Counter[str | None] = Counter()
    with ExitStack() as stack:
        spool = stack.enter_context(RowSpool(context.root))
        for record in dataset:
            name = _name(record, context)
            spool.add(*_lines(record, name, subsets.total(), context))
            found.update(box.label for box in record.boxes)
            context.place(record, f"images/{name}")
            subsets[record.split] += 1
        names = (*labels, *sorted(found - labels.keys()))
        file = stack.enter_context(context.open(FILE))
        file.writelines(f"{line}\n" for line in _meta(dataset.info.name or context.name, subsets, names))
        file.writelines(f"{line}\n" for lines in spool for line in lines)
        file.write(f"</{ROOT}>\n")


def sniff(path: Path) -> bool:
    """Whether one of the first XML files begins as CVAT's do."""
    try:
        return sniffed(path, ".xml", (FILE,), _is_cvat)
    except OSError:
        return False


def _is_cvat(path: Path) -> bool:
    if not path.is_file():
        return False
    with open(path, "rb") as file:
        return bool(HEAD.search(file.read(HEAD_BYTES).replace(b"\0", b"")))  # UTF-16 has zeros between


# Reading: files and images.


class _Head:
    """What a file says before its images, and the names of the first of them."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.labels: list[str] = []
        self.names: list[str] = []
        self.names_in_subsets: list[str] = []


def _head(path: Path) -> _Head:
    head = _Head()
    for element in islice(elements(path, ROOT), SAMPLES):
        if element.tag == "meta":
            head.labels = [text_of(name) for name in element.iterfind(".//labels/label/name")]
            head.name = element.findtext("task/name") or element.findtext("project/name")
        elif element.tag == "image" and (name := element.get("name")):
            head.names.append(name)
            if subset := element.get("subset"):
                head.names_in_subsets.append(f"{subset}/{name}")
    return head


def _names(path: Path) -> Iterator[str]:
    """The names of all images of a file, which is read for them only when they are asked for."""
    for element in elements(path, ROOT):
        if element.tag == "image" and (name := element.get("name")):
            yield name


def _images(path: Path) -> Iterator["_Element"]:
    for element in elements(path, ROOT):
        if element.tag == "image":
            yield element
        elif element.tag == "track":
            fact = "a track: this is CVAT for video, which names no images"
            raise AnnotationError(path, f"{element.sourceline}", fact, VIDEO_HINT)


def _record(element: "_Element", place: str, images: ImageList, context: ReadContext) -> ImageRecord | None:
    name, subset = element.get("name"), element.get("subset") or None
    if not name:
        raise AnnotationError(images.path, f"{place}/@name", "is missing")
    inside = f"{subset}/{name}"
    name = inside if subset and not images.images.has(name) and images.images.has(inside) else name
    declared = _size(element, place, images.path)
    image = images.open(context, name, place, key="/@name", declared=declared, split=subset)
    if image is None:
        return None
    boxes: list[Box | None] = []
    tags: dict[str, Scalar] = {}
    for index, shape in enumerate(element):
        where = f"{place}/{shape.tag}[{index}]"
        if shape.tag == "tag":
            tags[_label(shape, where, images.path)] = True
        else:
            boxes.append(_box(shape, where, image.frame, images.path))
    return image.record(boxes, attributes=tags)


def _size(element: "_Element", place: str, path: Path) -> Size | None:
    width, height = element.get("width"), element.get("height")
    if width is None or height is None:
        return None
    with reading(path, place):
        return pixels(width, "width"), pixels(height, "height")


# Reading: shapes.


def _box(shape: "_Element", where: str, frame: Frame, path: Path) -> Box | None:
    """The box of one shape; None where a problem's action drops it."""
    label = _label(shape, where, path)
    edges, polygon = drawn(shape, where, frame, path)
    if edges is None:
        return None
    return frame.box(
        label,
        edges,
        where=where,
        polygons=(polygon,) if polygon else (),
        occluded=_occluded(shape, where, frame, path),
        attributes=_attributes(shape),
    )


def _label(shape: "_Element", where: str, path: Path) -> str:
    if label := shape.get("label"):
        return label
    raise AnnotationError(path, f"{where}/@label", "is missing")


def _occluded(shape: "_Element", where: str, frame: Frame, path: Path) -> int | None:
    try:
        return flag_of(shape.get("occluded") or "-0", 1)
    except ValueError as error:
        frame.reporter.problem("invalid_attribute", path, f"{where}/@occluded", str(error))
        return None


def _attributes(shape: "_Element") -> dict[str, Scalar]:
    """The attributes that people gave a shape, and what CVAT itself notes that says something."""
    found: dict[str, Scalar] = {}
    for child in shape.iterchildren("attribute"):
        if name := child.get("name"):
            found[name] = scalar(text_of(child), child.get("type"))
    for name, text in ((str(key), str(text)) for key, text in shape.attrib.items()):
        value = text if OWN_KEYS.get(name) is str else scalar(text)
        if name not in GEOMETRY and not CUBOID.fullmatch(name) and DEFAULTS.get(name) != value:
            found[name] = value
    return found


# Writing.


def _name(record: ImageRecord, context: WriteContext) -> str:
    """The name of an image; refuses a record that CVAT cannot hold, and reports what of it is lost."""
    if record.width is None or record.height is None:
        hint = "bring the image along, or leave the record out"
        context.refuse(record, "CVAT requires width and height, and nothing tells them", hint)
    name = plain_name(record, context)
    if record.split == "" or any(map(bad_name, name.split("/"))):
        context.refuse(record, "a file or a subset cannot have this name")
    context.lose("attributes", "CVAT's images have none, only their shapes", int(bool(record.attributes)))
    return name


def _lines(record: ImageRecord, name: str, number: int, context: WriteContext) -> list[str]:
    values = {"id": str(number), "name": name}
    if record.split is not None:
        values["subset"] = record.split
    values |= {"width": str(record.width), "height": str(record.height)}
    try:
        shapes = [line for box in record.boxes for line in _shape_lines(box, context)]
        return [f"  <image{attributes_text(values)}>", *shapes, "  </image>"]
    except ValueError as error:
        context.refuse(record, str(error))


def _shape_lines(box: Box, context: WriteContext) -> Iterator[str]:
    outlined = len(box.polygons) == 1 and outlines_tell(box)
    if box.polygons and not outlined:
        context.lose("polygons", "CVAT has a box or one outline, and the box is not its extent")
    if box.occluded is not None and box.occluded > 1:
        context.lose("occluded", "a level becomes a flag")
    own, others = _own_and_others(box.attributes)
    occluded = None if box.occluded is None else min(box.occluded, 1)
    values = {"label": box.label, "source": "manual", "occluded": flag_text(occluded)}
    if outlined:
        lose_rounding(box, context)
        values["points"] = ";".join(f"{decimal(x)},{decimal(y)}" for x, y in box.polygons[0])
    else:
        values |= dict(zip(CORNERS, map(decimal, box.edges), strict=True))
    values |= {"z_order": "0", **own}
    tag = "polygon" if outlined else "box"
    if not others:
        yield f"    <{tag}{attributes_text(values)}/>"
        return
    yield f"    <{tag}{attributes_text(values)}>"
    for name, value in others.items():
        text, stated = scalar_text(value)
        kind = {"name": name} | ({"type": stated} if stated else {})
        yield f"      {one_line(element_line(0, 'attribute', text, attributes_text(kind)))}"
    yield f"    </{tag}>"


def _own_and_others(attributes: Mapping[str, Scalar]) -> tuple[dict[str, str], dict[str, Scalar]]:
    """Attributes that CVAT notes itself, as text, and all others."""
    own = {
        key: str(value)
        for key, value in attributes.items()
        if type(value) is OWN_KEYS.get(key) and value != DEFAULTS[key]
    }
    return own, {key: value for key, value in attributes.items() if key not in own}


def _meta(name: str, subsets: Mapping[str | None, int], labels: tuple[str, ...]) -> Iterator[str]:
    """What stands before the images: a task, or a project with one for each subset, as CVAT exports it."""
    kind = "project" if set(subsets) - {None} else "task"
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<{ROOT}>\n  <version>1.1</version>'
    yield f"  <meta>\n    <{kind}>"
    yield f"      {one_line(element_line(0, 'name', name))}"
    yield "      <labels>"
    for label in labels:
        yield f"        <label>{one_line(element_line(0, 'name', label))}<attributes></attributes></label>"
    yield "      </labels>"
    if kind == "task":
        yield f"      <size>{sum(subsets.values())}</size>\n      <mode>annotation</mode>"
    else:
        tasks = (
            f"<task><size>{count}</size>{one_line(element_line(0, 'subset', subset))}</task>"
            for subset, count in subsets.items()
            if subset is not None
        )
        yield f"      <tasks>{''.join(tasks)}</tasks>"
    yield f"    </{kind}>\n  </meta>"


ADAPTER = Adapter(
    name="cvat",
    summary="CVAT for images 1.1 (one XML file)",
    source="https://docs.cvat.ai/docs/manual/advanced/xml_format/",
    options=CvatOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"path", "split", "polygons", "occluded", "attributes"}),
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer CVAT to the plugin manager."""
    return [ADAPTER]
