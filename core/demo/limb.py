"""Draws an arm with its hand and sleeve, and finds the hand's outline."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from boxwright.core.demo.hand import Hand
from boxwright.core.demo.outline import Points, outline
from boxwright.core.demo.tubes import (
    Colour,
    Field,
    Surface,
    Tube,
    Vector,
    Window,
    coverage,
    fields,
    lit,
    paste,
    window,
)

# Something held: polygons with their colours, in palms about the point between thumb and index finger.
Thing = tuple[tuple[tuple[tuple[float, float], ...], Colour], ...]


def _box(width: float, height: float, angle: float, y: float = 0.0) -> tuple[tuple[float, float], ...]:
    """A rectangle whose middle is moved by y, then turned about the origin (degrees)."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2) + (0, y)
    turn = np.radians(angle)
    turned = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return tuple((float(x), float(y)) for x, y in turned)


def _fan(width: float, height: float) -> Thing:
    """Four cards held up; width and height of what is printed on the side that shows."""
    cards: list[tuple[tuple[tuple[float, float], ...], Colour]] = []
    for angle in (-34, -16, 2, 20):
        cards += [
            (_box(0.66, 0.92, angle, -0.36), (120, 116, 110)),
            (_box(0.63, 0.89, angle, -0.36), (244, 242, 236)),
            (_box(width, height, angle, -0.36), (176, 40, 50)),
        ]
    return tuple(cards)


_BLOCK: Thing = ((_box(0.75, 0.2, 20), (140, 100, 62)), (_box(0.71, 0.15, 20), (226, 184, 134)))
_JIGSAW: Thing = ((_box(0.34, 0.34, 30), (88, 110, 140)), (_box(0.31, 0.31, 30), (124, 168, 212)))
# As the holder sees it, and the person across: cards have faces and backs.
HELD: dict[str, tuple[Thing, Thing]] = {
    "CARDS": (_fan(0.24, 0.48), _fan(0.52, 0.78)),
    "JENGA": (_BLOCK, _BLOCK),
    "PUZZLE": (_JIGSAW, _JIGSAW),
}
WRIST = 0.02  # where hands end for their outlines: share of the forearm, just behind the joint


@dataclass(frozen=True, slots=True)
class Limb:
    """An arm ready to draw, in canvas pixels.

    x, y       the wrist
    unit       pixels a palm takes
    floor      the row below which the table's edge hides it; None: nothing does
    shoulder   where the upper arm goes; None: the viewer's own, never seen
    held       what the hand holds
    """

    hand: Hand
    x: float
    y: float
    unit: float
    floor: float | None
    shoulder: tuple[float, float] | None
    held: Thing | None

    def tubes(self) -> list[Tube]:
        """The forearm, then the hand, in place."""
        return [tube.scaled(self.unit, self.x, self.y) for tube in (self.hand.arm, *self.hand.tubes)]


def draw_limb(
    canvas: Image.Image, shape: Limb, skin: Surface, cloth: Surface, cuff: float, folds: Field
) -> Points:
    """Draw an arm with its hand; returns the hand's outline in canvas pixels, empty where nothing shows.

    cuff    where the sleeve ends: share of the forearm from the wrist; 1 is a T-shirt
    folds   (H, W) smooth noise that crumples cloth and roughens skin
    """
    forearm, *fingers = shape.tubes()
    bare = [forearm, *fingers, *(_upper_arm(shape, forearm, 0, 0.5) if cuff >= 1 else [])]
    part = window([*bare, *_upper_arm(shape, forearm, 0, 1)], canvas.size, margin=0.3 * shape.unit)
    if part.width == 0:
        return np.zeros((0, 2))
    body, relief = fields(bare, part, 0.06 * shape.unit)
    sleeve, weave = _sleeve(shape, forearm, cuff, part)
    if shape.floor is not None:
        beyond = _rows(part) - np.float32(shape.floor)
        body, sleeve = np.maximum(body, beyond), np.maximum(sleeve, beyond)
    crumple = folds[: part.height, : part.width]
    _draw_shadow(canvas, part, np.minimum(body, sleeve), shape.unit)
    _draw_held(canvas, shape)
    paste(canvas, part, lit(relief, skin, _blush(shape, part) + np.float32(0.05) * crumple), coverage(body))
    _draw_nails(canvas, shape, skin)
    paste(canvas, part, lit(weave + np.float32(0.04 * shape.unit) * crumple, cloth), coverage(sleeve))
    labelled = np.maximum(body, -_behind(part, forearm, WRIST))
    return outline(labelled) + (np.array(part.corner) + 0.5)


def _sleeve(shape: Limb, forearm: Tube, cuff: float, part: Window) -> tuple[Field, Field]:
    """The fields of a sleeve: the upper arm and, unless it is a T-shirt's, down to a straight cuff."""
    melt = 0.1 * shape.unit
    if cuff >= 1:
        return fields(_upper_arm(shape, forearm, 0.42, 1), part, melt)
    wide, narrow = 1.12 * forearm.end_radius, 0.37 * shape.unit
    start = _between(forearm.start, forearm.end, cuff)
    lower, weave = fields([Tube(start, forearm.end, narrow + cuff * (wide - narrow), wide)], part, melt)
    upper, fabric = fields(_upper_arm(shape, forearm, 0, 1), part, melt)
    return np.minimum(np.maximum(lower, _behind(part, forearm, cuff)), upper), np.maximum(weave, fabric)


def _upper_arm(shape: Limb, forearm: Tube, start: float, end: float) -> list[Tube]:
    """The upper arm between two shares of the way from elbow to shoulder; the viewer's own are never seen."""
    if shape.shoulder is None:
        return []
    shoulder = (*shape.shoulder, forearm.end[2] - shape.unit)
    thick, thicker = forearm.end_radius * (1.03 + 0.1 * end), (0.47 + 0.13 * end) * shape.unit
    return [
        Tube(
            _between(forearm.end, shoulder, start),
            _between(forearm.end, shoulder, end),
            thick,
            thicker,
            blend=0.2 * shape.unit,
        )
    ]


def _between(start: Vector, end: Vector, share: float) -> Vector:
    (ax, ay, az), (bx, by, bz) = start, end
    return ax + share * (bx - ax), ay + share * (by - ay), az + share * (bz - az)


def _behind(part: Window, forearm: Tube, share: float) -> Field:
    """The signed distance to what lies behind a cross-section of the forearm, negative there."""
    start, end = np.array(forearm.start[:2]), np.array(forearm.end[:2])
    along = (end - start) / max(np.hypot(*(end - start)), 1e-6)
    cut = start + share * (end - start)
    x = np.arange(part.width) + part.left + 0.5 - cut[0]
    y = np.arange(part.height) + part.top + 0.5 - cut[1]
    ahead: Field = (x[None, :] * along[0] + y[:, None] * along[1]).astype(np.float32)
    return -ahead


def _rows(part: Window) -> Field:
    return (np.arange(part.height, dtype=np.float32) + np.float32(part.top + 0.5))[:, None]


def _blush(shape: Limb, part: Window) -> Field:
    """Where skin is darker and redder: over the joints."""
    tint = np.zeros((part.height, part.width), np.float32)
    reach = 0.13 * shape.unit
    for x, y, _ in shape.hand.knuckles:
        cx, cy = shape.x + shape.unit * x - part.left, shape.y + shape.unit * y - part.top
        left, top = max(int(cx - 2 * reach), 0), max(int(cy - 2 * reach), 0)
        spot = tint[top : max(int(cy + 2 * reach), 0), left : max(int(cx + 2 * reach), 0)]
        dx = np.arange(left, left + spot.shape[1], dtype=np.float32) - np.float32(cx)
        dy = np.arange(top, top + spot.shape[0], dtype=np.float32) - np.float32(cy)
        squared = dx[None, :] ** 2 + dy[:, None] ** 2
        spot += np.float32(0.2) * np.maximum(1 - squared / np.float32(reach * reach * 4), 0) ** 2
    return tint


def _draw_held(canvas: Image.Image, shape: Limb) -> None:
    if shape.held is None or shape.floor is not None:
        return
    x, y, _ = shape.hand.grip
    for corners, colour in shape.held:
        corner = shape.x + x * shape.unit, shape.y + y * shape.unit
        stamp(canvas, np.array(corners) * shape.unit + np.array(corner), colour)


def _draw_nails(canvas: Image.Image, shape: Limb, skin: Surface) -> None:
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    for nail in shape.hand.nails:
        points = nail.middle + circle @ np.array([nail.along, nail.across])
        points = points * shape.unit + (shape.x, shape.y)
        if shape.floor is not None and points[:, 1].max() > shape.floor:
            continue
        red, green, blue = (value * 0.82 + 40 for value in skin.light)
        stamp(canvas, points, (red, green * 0.97, blue), opacity=0.75 * min(2 * nail.facing, 1))


def stamp(canvas: Image.Image, points: Points, colour: Colour, opacity: float = 1.0, finer: int = 4) -> None:
    """Fill a polygon with smooth edges."""
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int) + 1
    if right <= 0 or bottom <= 0 or left >= canvas.width or top >= canvas.height:
        return
    mask = Image.new("L", ((right - left) * finer, (bottom - top) * finer))
    corners = [(float(x), float(y)) for x, y in (points - (left, top)) * finer]
    ImageDraw.Draw(mask).polygon(corners, fill=round(255 * opacity))
    red, green, blue = (int(min(max(value, 0), 255)) for value in colour)
    canvas.paste((red, green, blue), (int(left), int(top)), mask.reduce(finer))


def _draw_shadow(canvas: Image.Image, part: Window, distance: Field, unit: float) -> None:
    """Darken what lies below and to the right of a shape."""
    mask = Image.fromarray((coverage(distance) * 105).astype(np.uint8))
    small = mask.reduce(4).filter(ImageFilter.GaussianBlur(unit * 0.12 / 4))
    mask = small.resize(mask.size, Image.Resampling.BILINEAR)
    canvas.paste((14, 9, 6), (part.left + round(0.10 * unit), part.top + round(0.13 * unit)), mask)
