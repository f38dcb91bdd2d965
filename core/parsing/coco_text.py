"""Annotations and info of a COCO file as JSON text, without what only the end of a file tells: ids.

The format, and the keys of ours in it, are described in boxwright.adapters.coco.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter

from boxwright.core.numbers import decimal
from boxwright.core.parsing.coco_document import COUNTED, EXTRA_FIELDS
from boxwright.core.parsing.rle import MASK_ATTRIBUTES, Mask, mask_in
from boxwright.core.parsing.segmentation import polygons_text
from boxwright.core.parsing.width_height import length
from boxwright.core.schema import Box, Info

FLAGS = tuple(name for name in EXTRA_FIELDS if name != "score")  # no two boxes of a detector share a score
FLAG_VALUES = attrgetter(*FLAGS)


def annotation_text(box: Box) -> str:
    """What stands between the braces of an annotation, but for its ids."""
    x, y, right, bottom = box.edges
    width, height = length(x, right), length(y, bottom)
    area = width * height if box.area is None else box.area
    mask = mask_in(box.attributes) if box.attributes and not box.polygons else None
    outline = _mask_text(mask) if mask else polygons_text(box.polygons)
    extras: dict[str, object] = {} if box.score is None else {"score": box.score}
    taken = MASK_ATTRIBUTES if mask else ()
    if box.attributes and box.attributes.keys() - taken:
        extras["attributes"] = {key: value for key, value in box.attributes.items() if key not in taken}
    if x + width != right or y + height != bottom:
        extras["edges"] = box.edges
    return (
        f'"bbox": [{decimal(x)}, {decimal(y)}, {decimal(width)}, {decimal(height)}], '
        f'"area": {decimal(area)}, "iscrowd": {box.crowd:d}, "segmentation": {outline}'
        f"{_flags(*FLAG_VALUES(box))}{_further_keys(extras)}"
    )


@lru_cache(maxsize=1024)  # most boxes state the same few things
def _flags(*values: object) -> str:
    """The FLAGS that state something, as further keys."""
    stated = zip(FLAGS, values, strict=True)
    return _further_keys({key: value for key, value in stated if value is not None and value is not False})


def _further_keys(extras: Mapping[str, object]) -> str:
    return f", {json.dumps(extras)[1:-1]}" if extras else ""


def _mask_text(mask: Mask) -> str:
    return json.dumps({"size": [mask.height, mask.width], "counts": mask.counts})


def info_text(info: Info, split: str | None, *, counted: bool) -> str:
    """How a file begins; `counted` where its image ids say nothing."""
    stated = {
        "description": info.name,
        "version": info.version,
        "url": info.source,
        "split": split,
        "image_ids": COUNTED if counted else None,
    }
    licences = [{"id": 1, "name": info.licence}] if info.licence else []
    known = {key: value for key, value in stated.items() if value}
    return f'{{"info": {json.dumps(known)},\n"licenses": {json.dumps(licences)},\n'
