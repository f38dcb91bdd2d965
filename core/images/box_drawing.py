"""Draws boxes, outlines, ignored regions and labels on a picture, so that they show on any background."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from boxwright.core.images.sheet_text import elided
from boxwright.core.schema import Box, ImageRecord

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Rgb = tuple[int, int, int]
Place = tuple[float, float, float, float]  # first and last pixels: left, top, right, bottom

INK, IGNORED = (34, 34, 38), (196, 196, 202)
# Told apart by eye on photographs, the most different first. Later labels get them again, darker.
COLOURS: tuple[Rgb, ...] = (
    *((230, 25, 75), (0, 130, 240), (60, 200, 75), (255, 190, 0), (170, 60, 220), (0, 190, 190)),
    *((245, 130, 48), (240, 50, 230), (150, 220, 30), (128, 90, 50), (250, 150, 170), (20, 60, 160)),
)
DASH, HATCH = 6, 12  # pixels
CROWD = 12  # boxes; among more, a label that hides another box is left out


def colour(number: int) -> Rgb:
    """The colour of the label with this number; any number has one."""
    again, place = divmod(number, len(COLOURS))
    red, green, blue = COLOURS[place]
    share = 0.62 ** (again % 3)
    return round(red * share), round(green * share), round(blue * share)


def draw_boxes(
    picture: "Image", record: ImageRecord, scale: float, text: int, palette: Mapping[str, Rgb]
) -> None:
    """Draw a record on its picture: ignored regions, outlines, boxes, and on top labels where there is room.

    scale     pixels of the picture for one of the record's
    text      the labels' size in pixels
    palette   a colour for every label
    """
    from PIL import ImageDraw

    draw = ImageDraw.Draw(picture)
    for region in record.ignored:
        _draw_ignored(picture, _placed(region, scale))
    for box in record.boxes:
        _draw_outlines(picture, box, scale, palette[box.label])
    ordered = sorted(record.boxes, key=lambda box: (box.x_min - box.x_max) * (box.y_max - box.y_min))
    for box in ordered:
        _draw_frame(draw, _placed(box, scale), palette[box.label])
    labels = _Labels(picture, text, [_placed(box, scale) for box in record.boxes])
    for box in reversed(ordered):  # small ones have the fewest places for a label
        words = box.label if box.score is None else f"{box.label} {box.score:.2f}"
        labels.draw(words, _placed(box, scale), palette[box.label])
    for region in record.ignored:
        labels.draw(region.label, _placed(region, scale), IGNORED)


def _placed(box: Box, scale: float) -> Place:
    """A box's edges on the picture, from its first to its last pixel: maxima are exclusive."""
    left, top, right, bottom = (round(edge * scale) for edge in box.edges)
    return left, top, max(right - 1, left), max(bottom - 1, top)


def _draw_frame(draw: "ImageDraw", place: Place, colour: Rgb) -> None:
    """A rectangle that shows on any background: its colour inside a dark hairline."""
    left, top, right, bottom = place
    draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=(20, 20, 20))
    thick = 2 if min(right - left, bottom - top) >= 8 else 1
    draw.rectangle(place, outline=colour, width=thick)


def _draw_outlines(picture: "Image", box: Box, scale: float, colour: Rgb) -> None:
    """Polygons as thin smooth lines."""
    from PIL import Image, ImageDraw

    finer = 3  # drawn larger, then shrunk
    for polygon in box.polygons:
        points = [(x * scale, y * scale) for x, y in polygon]
        across, down = ([point[axis] for point in points] for axis in (0, 1))
        part = _within((min(across) - 2, min(down) - 2, max(across) + 2, max(down) + 2), picture)
        if len(points) < 3 or part is None:
            continue
        left, top, right, bottom = part
        mask = Image.new("L", ((right - left + 1) * finer, (bottom - top + 1) * finer))
        moved = [((x - left) * finer, (y - top) * finer) for x, y in [*points, points[0]]]
        ImageDraw.Draw(mask).line(moved, fill=235, width=finer + 1, joint="curve")
        picture.paste(colour, (left, top), mask.reduce(finer))


def _draw_ignored(picture: "Image", place: Place) -> None:
    """A hatched region with a dashed rim."""
    from PIL import Image, ImageDraw

    part = _within(place, picture)
    if part is None:
        return
    left, top, right, bottom = part
    width, height = right - left + 1, bottom - top + 1
    mask = Image.new("L", (width, height), 70)
    draw = ImageDraw.Draw(mask)
    for start in range(-height, width, HATCH):
        draw.line((start, height, start + height, 0), fill=180)
    for start in range(0, max(width, height), 2 * DASH):
        for edge in (0, height - 1):
            draw.line((start, edge, start + DASH, edge), fill=255)
        for edge in (0, width - 1):
            draw.line((edge, start, edge, start + DASH), fill=255)
    picture.paste(IGNORED, (left, top), mask)


def _within(place: Place, picture: "Image") -> tuple[int, int, int, int] | None:
    """The whole pixels of a place that lie on the picture, first to last; None: there are none."""
    left, top, right, bottom = (round(edge) for edge in place)
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, picture.width - 1), min(bottom, picture.height - 1)
    return None if left > right or top > bottom else (left, top, right, bottom)


@dataclass(slots=True)
class _Labels:
    """Writes labels on a picture: over no other label and, if it can be, over no other box."""

    picture: "Image"
    text: int
    boxes: Sequence[Place]
    taken: list[Place] = field(default_factory=list)

    def draw(self, words: str, place: Place, colour: Rgb) -> None:
        """Write a label above, in or below a box, on the box's colour; nowhere where all is full."""
        from PIL import ImageDraw

        draw = ImageDraw.Draw(self.picture)
        shown, font = elided(words, self.text, self.picture.width - 6)
        size = round(draw.textlength(shown, font)) + 6, round(self.text * 1.35)
        spot = self._free_spot(place, size)
        if spot is None:
            return
        self.taken.append(spot)
        draw.rectangle(spot, colour)
        draw.text((spot[0] + 3, (spot[1] + spot[3]) / 2), shown, _readable(colour), font, anchor="lm")

    def _free_spot(self, place: Place, size: tuple[int, int]) -> Place | None:
        spots = [spot for spot in self._spots(place, size) if not _hides(spot, self.taken)]
        others = [box for box in self.boxes if box != place]
        clear = (spot for spot in spots if not _hides(spot, others))
        crowded = len(self.boxes) > CROWD
        return next(clear, spots[0] if spots and not crowded else None)

    def _spots(self, place: Place, size: tuple[int, int]) -> Iterator[Place]:
        """Where a label of this size may stand: above, at the top inside, below, at the bottom inside."""
        left, top, right, bottom = place
        width, height = size
        for x in (left - 1, right - width + 2):
            for y in (top - height, top, bottom + 2, bottom - height):
                x_inside = max(min(x, self.picture.width - width), 0)
                if 0 <= y <= self.picture.height - height:
                    yield x_inside, y, x_inside + width - 1, y + height - 1


def _hides(spot: Place, taken: Iterable[Place]) -> bool:
    left, top, right, bottom = spot
    return any(left <= r and l <= right and top <= b and t <= bottom for l, t, r, b in taken)  # noqa: E741


def _readable(colour: Rgb) -> Rgb:
    """Black or white, whichever stands out (ITU-R BT.601 luma)."""
    red, green, blue = colour
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else (255, 255, 255)
