"""What to change so that anchors meet more objects: the usual settings are tried, and the best is named."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from boxwright.core.detector.anchors import Grid, ssd_anchors
from boxwright.core.detector.preflight.anchor_coverage import Boxes, best_overlaps, evenly
from boxwright.core.pipeline.anchor_generator import SsdAnchorGenerator

Grids = tuple[Grid, ...]
# Gives the feature maps' (rows, columns) for a network's image of (height, width).
GridsFor = Callable[[int, int], Grids]

PLACE = "model.ssd.anchor_generator.ssd_anchor_generator"
MOST_BOXES = 2_000  # that every setting is tried on: 0.2 s each for 2,000 anchors
LEAST_GAIN = 0.05  # of the objects; less is not worth new anchors
MORE_RATIOS = (1.5, 0.67)  # between the square and the 2 to 1 that SSD has
LEAST_SCALE, LARGEST_SIDE = 0.02, 1024  # beyond that no feature map is fine enough, no computer fast enough


@dataclass(frozen=True, slots=True)
class _Trial:
    setting: str
    generator: SsdAnchorGenerator
    size: Grid


def advice(
    boxes: Boxes, generator: SsdAnchorGenerator, size: Grid, threshold: float, grids_for: GridsFor
) -> str:
    """The setting that lets anchors meet most of some objects, with the share that they meet then.

    boxes      (B, 4) float32: y_min, x_min, y_max, x_max in shares of the network's image
    size       (height, width) of that image
    threshold  from which overlap on an anchor answers for an object
    """
    some = boxes[evenly(len(boxes), MOST_BOXES)]

    def share(trial: _Trial) -> float:
        anchors = ssd_anchors(trial.generator, grids_for(*trial.size), trial.size)
        return float((best_overlaps(some, anchors) >= threshold).mean())

    now = share(_Trial("", generator, size))
    shares = {trial.setting: share(trial) for trial in _trials(generator, size)}
    best = max(shares, key=lambda setting: shares[setting], default="")
    if not best or shares[best] < now + LEAST_GAIN:
        return "no single setting helps much: look at the boxes with boxwright inspect --contact-sheet"
    return f"{best} would cover {shares[best]:.0%} of these"


def _trials(generator: SsdAnchorGenerator, size: Grid) -> Iterator[_Trial]:
    for setting, change in _changes(generator).items():
        yield _Trial(setting, generator.model_copy(update=change), size)
    height, width = size
    if 2 * max(size) <= LARGEST_SIDE:
        setting = f"a model.ssd.image_resizer of {2 * width} x {2 * height} pixels"
        yield _Trial(setting, generator, (2 * height, 2 * width))


def _changes(generator: SsdAnchorGenerator) -> dict[str, dict[str, object]]:
    """Changes of the generator, by the settings that make them."""
    changes: dict[str, dict[str, object]] = {}
    scale = round(generator.min_scale / 2, 3)
    smaller = not generator.scales and scale >= LEAST_SCALE
    if smaller:
        changes[f"{PLACE}.min_scale={scale:g}"] = {"min_scale": scale}
    if generator.reduce_boxes_in_lowest_layer:
        whole: dict[str, object] = {"reduce_boxes_in_lowest_layer": False}
        changes[f"{PLACE}.reduce_boxes_in_lowest_layer=false"] = whole
        if smaller:
            both = f"{PLACE}.min_scale={scale:g} and .reduce_boxes_in_lowest_layer=false"
            changes[both] = {"min_scale": scale, **whole}
    ratios = (*generator.aspect_ratios, *MORE_RATIOS)
    stated = ", ".join(f"{ratio:g}" for ratio in ratios)
    changes[f"{PLACE}.aspect_ratios=[{stated}]"] = {"aspect_ratios": ratios}
    return changes
