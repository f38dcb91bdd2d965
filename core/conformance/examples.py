"""Fixed records within a format's limits, for checks that need data and no variety."""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from boxwright.core.adapter import Adapter
from boxwright.core.conformance.datasets import diamond
from boxwright.core.conformance.limits import Limits
from boxwright.core.conformance.passes import write
from boxwright.core.conformance.pictures import picture
from boxwright.core.errors import WriteError
from boxwright.core.schema import Box, Edges, ImageRecord

SIZE = (48, 32)

# What picky formats take, tried in this order where a format refuses plain records: frames of a video with
# one box for each hand, and data sets of a single class.
HANDS = Limits(
    labels=("myleft", "myright", "yourleft", "yourright"),
    paths={
        "CARDS_COURTYARD_B_T/frame_{:04}.jpg": "CARDS_COURTYARD_BT",
        "CHESS_OFFICE_S_H/frame_{:04}.jpg": "CHESS_OFFICE_HS",
    },
    sizes=((1280, 720),),
)
LADDER = (Limits(), HANDS, Limits(labels=("face",)), Limits(labels=("person",)), Limits(labels=("hand",)))


def plain_records(
    limits: Limits, folder: Path, count: int, *, boxes: int = 2, vertices: int = 0
) -> list[ImageRecord]:
    """Records that say nothing but what every format holds; each label stands once in an image, if it can.

    boxes      of each image, at most one for each pixel of the image's height
    vertices   of an outline that each box has
    """
    templates = list(limits.paths)
    return [
        _plain(limits, templates[number % len(templates)], folder, number, boxes, vertices)
        for number in range(count)
    ]


def _plain(
    limits: Limits, template: str, folder: Path, number: int, boxes: int, vertices: int
) -> ImageRecord:
    width, height = limits.sizes[0] if limits.sizes else SIZE
    labels = [limits.labels[index % len(limits.labels)] for index in range(boxes if limits.labels else 0)]
    return ImageRecord(
        path=limits.path(template, number),
        width=width,
        height=height,
        boxes=tuple(
            plain_box(label, (index % width, index % height, width, height), vertices)
            for index, label in enumerate(labels)
        ),
        group=limits.paths[template],
        file=picture(folder, width, height),
    )


def plain_box(label: str, edges: Edges, vertices: int = 0) -> Box:
    """A box with these edges; an outline is a diamond that goes round and round until it has its vertices."""
    x_min, y_min, x_max, y_max = edges
    rounds = chain.from_iterable([diamond(edges)] * (vertices // 4))
    polygons = (tuple(rounds),) if vertices else ()
    return Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, polygons=polygons)


def limits_of(adapter: Adapter, folder: Path, ladder: Iterable[Limits] = LADDER) -> Limits:
    """The first limits whose plain records an adapter takes without exception, else the plainest ones."""
    for number, limits in enumerate(ladder):
        root = folder / f"{number}"
        try:
            written = write(adapter, limits, plain_records(limits, folder / "pictures", 2), root)
        except WriteError:
            continue
        if not written.reasons:
            return limits
    return Limits()
