"""A COCO file, parsed as a whole: its lists, its labels and what it says of itself.

The format is described in boxwright.adapters.coco.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from boxwright.core.errors import AnnotationError, reading
from boxwright.core.numbers import shortened
from boxwright.core.parsing.json_document import Object, objects, parsed, texts
from boxwright.core.parsing.json_ids import Id, unique_ids
from boxwright.core.schema import Info

IMAGE_KEYS = frozenset({"id", "file_name", "width", "height", "group", "attributes"})
COCO_KEYS = frozenset({"id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation"})
# Fields of ours that COCO has no key for; other tools use some of these names, too.
EXTRA_FIELDS = ("difficult", "truncated", "occluded", "group_of", "pose", "score")
ANNOTATION_KEYS = COCO_KEYS | {"edges", "attributes", *EXTRA_FIELDS}

COUNTED = "counted"  # info.image_ids of a file whose image ids say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class CocoDocument:
    """One parsed file; `labels` are by category id, `stated` is what its info says in words."""

    path: Path
    images: list[Object]
    annotations: list[Object]
    categories: list[Object]
    labels: dict[Id, str]
    stated: Mapping[str, str]
    licence: str | None

    def info(self) -> Info:
        """What the file says of the data set."""
        name, version, source = map(self.stated.get, ("description", "version", "url"))
        return Info(name=name, version=version, source=source, licence=self.licence)


def coco_document(path: Path) -> CocoDocument:
    """Parse a file; raises AnnotationError where it is no COCO file of objects."""
    content = parsed(path.read_bytes(), path)
    if not isinstance(content, dict) or "images" not in content:
        found = shortened(list(content) if isinstance(content, dict) else content)
        hint = "a bare list is how COCO keeps results; name the file that lists the images"
        fact = f"expected the keys images, annotations and categories; found {found}"
        raise AnnotationError(path, "", fact, hint if isinstance(content, list) else None)
    lists = {key: objects(content, key, path) for key in ("images", "annotations", "categories")}
    labels = _labels(lists["categories"], path)
    if _has_root_category(lists["categories"], lists["annotations"]):
        del labels[0]
    return CocoDocument(
        path=path, labels=labels, stated=texts(content.get("info")), licence=_licence(content), **lists
    )


def _licence(content: Object) -> str | None:
    licences = content.get("licenses")
    names = [texts(entry).get("name") for entry in licences] if isinstance(licences, list) else []
    return "; ".join(dict.fromkeys(filter(None, names))) or None


def _labels(categories: list[Object], path: Path) -> dict[Id, str]:
    """The label of each category id."""
    labels: dict[Id, str] = {}
    for index, id in enumerate(unique_ids(path, "categories", categories)):
        with reading(path, f"categories[{index}].name"):
            labels[id] = text_in(categories[index].get("name"))
    return labels


def _has_root_category(categories: list[Object], annotations: list[Object]) -> bool:
    """Whether category 0 is Roboflow's: named as the others' supercategory, and on no object."""
    names = [category["name"] for category in categories if category["id"] == 0]
    others = [category.get("supercategory") for category in categories if category["id"] != 0]
    used = any(annotation.get("category_id") == 0 for annotation in annotations)
    return any(name in others for name in names) and not used


def text_in(value: object) -> str:
    """A text that must be there; raises ValueError."""
    if not isinstance(value, str) or not value:
        raise ValueError("is missing" if value is None else f"expected text; found {shortened(value)}")
    return value
