"""Columns of tables of boxes by the names that people give them, and tables without names.

Without names there are six columns, as keras-retinanet has them: path, x1, y1, x2, y2, class.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from boxwright.core.numbers import finite

UNNAMED = ("filename", "x1", "y1", "x2", "y2", "class")  # keras-retinanet's

# Names in lower case, with _ for blanks; the first of them that a table has counts.
IMAGE = (
    *("filename", "file_name", "image", "image_path", "image_name", "path", "filepath", "file_path"),
    *("file", "img", "img_path", "image_id"),
)
LABEL = ("class", "label", "class_name", "label_name", "category", "category_name", "name")
EDGES = (
    ("xmin", "ymin", "xmax", "ymax"),
    ("x_min", "y_min", "x_max", "y_max"),
    ("x0", "y0", "x1", "y1"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
SIZED = (("bbox_x", "bbox_y", "bbox_width", "bbox_height"),)  # Make Sense's: minimum and size
SIZE = (("width", "height"), ("image_width", "image_height"), ("img_width", "img_height"))
SPLIT = ("split", "subset", "set")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns of a table, and in which of them things stand.

    sized    whether the last two of `edges` are a size
    others   the columns that nothing here asks for
    """

    names: list[str]
    image: int
    label: int
    edges: tuple[int, ...]
    sized: bool
    size: tuple[int, ...]
    split: int | None
    others: dict[str, int]


def columns_of(first: Sequence[str]) -> Columns | None:
    """The columns that a table's first row tells; None where it is no table of boxes."""
    return _named(first) or (_named(UNNAMED) if is_unnamed(first) else None)


def states_box(columns: Columns, cells: Sequence[str]) -> bool:
    """Whether a row says anything of a box; if not, it stands for an image without boxes."""
    return any(cells[index] for index in (columns.label, *columns.edges))


def is_unnamed(cells: Sequence[str]) -> bool:
    """Whether this is a row of a table without names: a path, four numbers and a class, or a path alone."""
    if len(cells) != len(UNNAMED) or not cells[0]:
        return False
    edges, label = cells[1:5], cells[5]
    return not any((*edges, label)) or (bool(label) and all(finite(edge) is not None for edge in edges))


def _named(header: Sequence[str]) -> Columns | None:
    """The columns that a header names, or None where something that every table has is missing."""
    names = [name.strip().casefold().replace(" ", "_") for name in header]
    image, label, split = (
        next((names.index(name) for name in known if name in names), None) for known in (IMAGE, LABEL, SPLIT)
    )
    edges, sized = _first(EDGES, names), _first(SIZED, names)
    if image is None or label is None or not (edges or sized):
        return None
    size = _first(SIZE, names)
    known = {image, label, split, *edges, *sized, *size}
    return Columns(
        names=names,
        image=image,
        label=label,
        edges=edges or sized,
        sized=not edges,
        size=size,
        split=split,
        others={name: index for index, name in enumerate(names) if index not in known and _says(name)},
    )


def _says(name: str) -> bool:
    """Whether a column's name is one: a table's own index, as pandas writes it, has none."""
    return bool(name) and not name.startswith("unnamed:")


def _first(known: Sequence[tuple[str, ...]], names: Sequence[str]) -> tuple[int, ...]:
    """Where the first of some groups of columns stands; nowhere where none is complete."""
    found = (group for group in known if set(group) <= set(names))
    return tuple(names.index(name) for name in next(found, ()))
