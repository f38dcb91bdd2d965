"""Table tops and what lies flat on them, drawn from straight above at 1,000 pixels a metre."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Field = NDArray[np.floating]
Rgb = tuple[int, int, int]

PIXELS_PER_METRE = 1000
WIDTH, DEPTH = 2.2, 1.12  # metres; more than the widest camera sees
CENTRE = (WIDTH / 2, 0.50)  # the middle between the players, in metres from the far left corner
FINER = 3  # flat things are drawn this much larger, then shrunk: smooth edges

PAPER = (246, 244, 238, 255)
CARD = (0.063, 0.088)  # metres, poker size
SQUARE = 0.048  # metres, a club chess board's
PIECE = 0.034  # metres, a jigsaw of 500 pieces on 60 x 40 cm has about these
CLOTHS: tuple[Rgb, ...] = ((182, 44, 48), (52, 92, 150), (92, 130, 74))
SUITS: tuple[tuple[Rgb, str], ...] = (
    ((200, 24, 36), "heart"),
    ((200, 24, 36), "diamond"),
    ((24, 24, 30), "spade"),
    ((24, 24, 30), "club"),
)


def noise(rng: Generator, size: tuple[int, int], cell: tuple[float, float]) -> Field:
    """Smooth noise of about -1 to 1, (height, width), whose lumps are `cell` (x, y) pixels large."""
    width, height = size
    columns, rows = max(int(width / cell[0]), 1) + 2, max(int(height / cell[1]), 1) + 2
    grid = Image.fromarray(rng.uniform(-1, 1, (rows, columns)).astype(np.float32))
    return np.asarray(grid.resize(size, Image.Resampling.BICUBIC), np.float32)


def table_top(rng: Generator, kind: str) -> Image.Image:
    """An empty table top of this kind (a key of TABLES), RGB."""
    size = round(WIDTH * PIXELS_PER_METRE), round(DEPTH * PIXELS_PER_METRE)
    pixels = TABLES[kind](rng, size)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def coloured(colour: Rgb, tone: Field) -> Field:
    """A colour, (height, width, 3), that is lighter by the share `tone` in each pixel."""
    return np.array(colour, np.float32) * (1 + tone[..., None])


def _planks(rng: Generator, size: tuple[int, int], colour: Rgb, broad: int, contrast: float) -> Field:
    """Boards along x: each its own tone, with grain and dark gaps."""
    height = size[1]
    row = np.arange(height)
    board = row // broad
    tones = rng.uniform(-0.09, 0.09, height // broad + 1).astype(np.float32)
    waves = noise(rng, size, (420, 34)) + 0.5 * noise(rng, size, (240, 9))
    rings = np.sin(9 * waves + (row % broad)[:, None] * np.float32(0.11) + (5 * board)[:, None])
    grain = 0.05 * rings + 0.06 * noise(rng, size, (90, 2)) + 0.05 * noise(rng, size, (500, 90))
    gaps = np.where(row % broad < 3, np.float32(-0.45), np.float32(0))
    return coloured(colour, contrast * grain + (tones[board] + gaps)[:, None])


def _checks(rng: Generator, size: tuple[int, int], colour: Rgb, broad: int) -> Field:
    """A gingham cloth: two sets of stripes, darkest where they cross, and the weave."""
    width, height = size
    across = (np.arange(width) // broad % 2).astype(np.float32)
    along = (np.arange(height) // broad % 2).astype(np.float32)
    share = (0.5 * (across[None, :] + along[:, None]))[..., None]
    weave = 0.035 * noise(rng, size, (2, 2)) + 0.06 * noise(rng, size, (160, 160))
    return coloured((238, 234, 226), weave) * (1 - share) + coloured(colour, weave) * share


def _stone(rng: Generator, size: tuple[int, int], colour: Rgb) -> Field:
    speckle = 0.09 * noise(rng, size, (3, 3)) + 0.06 * noise(rng, size, (14, 14))
    return coloured(colour, speckle + 0.07 * noise(rng, size, (220, 220)))


def _grass(rng: Generator, size: tuple[int, int], colour: Rgb) -> Field:
    """Blades that stand away from the viewer, in tufts; some are dry."""
    blades = 0.28 * noise(rng, size, (4, 26)) + 0.2 * noise(rng, size, (2.5, 11))
    tufts = 0.14 * noise(rng, size, (70, 70))
    dry = np.clip(noise(rng, size, (7, 30)) - 0.45, 0, 1)[..., None] * np.array((120, 90, 20), np.float32)
    pixels: Field = coloured(colour, blades + tufts) + dry
    return pixels


def _blanket(rng: Generator, size: tuple[int, int]) -> Field:
    """A checked blanket spread on grass."""
    pixels = _grass(rng, size, (86, 116, 52))
    width, height = size
    inset = slice(int(0.16 * height), int(0.97 * height)), slice(int(0.1 * width), int(0.9 * width))
    cloth = _checks(rng, size, _pick(rng, CLOTHS), 42)
    pixels[inset] = cloth[inset]
    return pixels


def _pick(rng: Generator, colours: tuple[Rgb, ...]) -> Rgb:
    return colours[int(rng.integers(len(colours)))]


TABLES: dict[str, Callable[[Generator, tuple[int, int]], Field]] = {
    "oak": lambda rng, size: _planks(rng, size, (176, 124, 76), 140, 1.0),
    "walnut": lambda rng, size: _planks(rng, size, (104, 68, 46), 190, 1.2),
    "weathered": lambda rng, size: _planks(rng, size, (142, 132, 116), 96, 1.5),
    "laminate": lambda rng, size: _planks(rng, size, (206, 190, 164), 1120, 0.5),
    "cloth": lambda rng, size: _checks(rng, size, _pick(rng, CLOTHS), 38),
    "stone": lambda rng, size: _stone(rng, size, (158, 154, 146)),
    "blanket": _blanket,
}


def lay(top: Image.Image, sprite: Image.Image, x: float, y: float, turn: float, lift: float = 2.5) -> None:
    """Put a drawn thing on the table, with its shadow.

    x, y   where its middle goes, in metres from CENTRE: right and towards the viewer
    turn   degrees, counter-clockwise
    lift   how far the shadow falls, in pixels
    """
    turned = sprite.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    small = turned.resize((turned.width // FINER, turned.height // FINER), Image.Resampling.BOX)
    left = round((CENTRE[0] + x) * PIXELS_PER_METRE - small.width / 2)
    up = round((CENTRE[1] + y) * PIXELS_PER_METRE - small.height / 2)
    alpha = small.getchannel("A")
    shadow = alpha.filter(ImageFilter.GaussianBlur(lift)).point(lambda value: value * 0.5)
    top.paste((12, 10, 8), (round(left + lift), round(up + lift)), shadow)
    top.paste(small.convert("RGB"), (left, up), alpha)


def shade_spot(top: Image.Image, x: float, y: float, radius: float) -> None:
    """Darken the table around the foot of something that stands on it (metres from CENTRE)."""
    reach = round(3 * radius * PIXELS_PER_METRE)
    mask = Image.new("L", (2 * reach, 2 * reach))
    inner, outer = round(reach * 0.62), round(reach * 1.38)
    ImageDraw.Draw(mask).ellipse((inner, inner, outer, outer), fill=150)
    mask = mask.filter(ImageFilter.GaussianBlur(reach / 7))
    left = round((CENTRE[0] + x + radius * 0.5) * PIXELS_PER_METRE) - reach
    up = round((CENTRE[1] + y + radius * 0.3) * PIXELS_PER_METRE) - reach
    top.paste((12, 10, 8), (left, up), mask)


def card(rng: Generator) -> Image.Image:
    """A playing card, face up or down."""
    width, height = (round(side * PIXELS_PER_METRE * FINER) for side in CARD)
    sprite = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(sprite)
    draw.rounded_rectangle((0, 0, width - 1, height - 1), 14, fill=PAPER, outline=(150, 146, 140, 255))
    if rng.random() < 0.4:
        _card_back(draw, width, height, _pick(rng, ((172, 34, 44), (38, 62, 138))))
    else:
        _card_face(draw, width, height, int(rng.integers(1, 11)), *SUITS[int(rng.integers(4))])
    return sprite


def _card_back(draw: ImageDraw.ImageDraw, width: int, height: int, colour: Rgb) -> None:
    draw.rectangle((12, 12, width - 13, height - 13), fill=(*colour, 255))
    for at in range(-height, width, 16):
        draw.line((at, 12, at + height, 12 + height), fill=(236, 226, 220, 255), width=2)
        draw.line((at + height, 12, at, 12 + height), fill=(236, 226, 220, 255), width=2)
    draw.rectangle((0, 0, width, 11), fill=PAPER)
    draw.rectangle((0, height - 12, width, height), fill=PAPER)
    draw.rectangle((0, 12, 11, height - 12), fill=PAPER)
    draw.rectangle((width - 12, 12, width, height - 12), fill=PAPER)


def _card_face(
    draw: ImageDraw.ImageDraw, width: int, height: int, count: int, colour: Rgb, suit: str
) -> None:
    columns = 1 if count < 4 else 2
    rows = -(-count // columns)
    for number in range(count):
        column, row = number % columns, number // columns
        x = width * (column + 1) / (columns + 1)
        y = height * (0.12 + 0.76 * (row + 0.5) / rows)
        _pip(draw, suit, x, y, 15, (*colour, 255))
    _pip(draw, suit, 20, 24, 9, (*colour, 255))
    _pip(draw, suit, width - 20, height - 24, 9, (*colour, 255))


def _pip(
    draw: ImageDraw.ImageDraw, suit: str, x: float, y: float, r: float, colour: tuple[int, int, int, int]
) -> None:
    if suit == "diamond":
        draw.polygon([(x, y - 1.3 * r), (x + r, y), (x, y + 1.3 * r), (x - r, y)], fill=colour)
        return
    up = 1 if suit == "heart" else -1
    for side in (-0.5, 0.5):
        cx, cy = x + side * r, y - up * 0.35 * r
        draw.ellipse((cx - 0.55 * r, cy - 0.55 * r, cx + 0.55 * r, cy + 0.55 * r), fill=colour)
    tip = [(x - r, y - up * 0.15 * r), (x + r, y - up * 0.15 * r), (x, y + up * 1.2 * r)]
    if suit == "club":
        draw.ellipse((x - 0.55 * r, y - 0.9 * r, x + 0.55 * r, y + 0.2 * r), fill=colour)
    else:
        draw.polygon(tip, fill=colour)
    if suit != "heart":
        draw.polygon([(x - 0.4 * r, y + 1.2 * r), (x + 0.4 * r, y + 1.2 * r), (x, y)], fill=colour)


def board() -> Image.Image:
    """A chess board of 8 x 8 squares with a rim."""
    side = round(SQUARE * PIXELS_PER_METRE * FINER)
    rim = side // 3
    sprite = Image.new("RGBA", (8 * side + 2 * rim, 8 * side + 2 * rim), (92, 56, 34, 255))
    draw = ImageDraw.Draw(sprite)
    for row in range(8):
        for column in range(8):
            colour = (222, 188, 142, 255) if (row + column) % 2 == 0 else (128, 78, 46, 255)
            x, y = rim + column * side, rim + row * side
            draw.rectangle((x, y, x + side - 1, y + side - 1), fill=colour)
    return sprite


def jigsaw_piece(rng: Generator, colour: Rgb) -> Image.Image:
    """A jigsaw piece: a square whose sides carry a knob or a hole."""
    side = round(PIECE * PIXELS_PER_METRE * FINER)
    knob, edge = side * 0.17, side * 0.35
    size = round(side + 2 * edge)
    mask = Image.new("L", (size, size))
    draw = ImageDraw.Draw(mask)
    draw.rectangle((edge, edge, edge + side, edge + side), fill=255)
    for x, y, out_x, out_y in ((0.5, 0, 0, -1), (1, 0.5, 1, 0), (0.5, 1, 0, 1), (0, 0.5, -1, 0)):
        sign = 1 if rng.random() < 0.5 else -1
        cx, cy = edge + x * side + sign * out_x * knob * 0.8, edge + y * side + sign * out_y * knob * 0.8
        draw.ellipse((cx - knob, cy - knob, cx + knob, cy + knob), fill=255 if sign > 0 else 0)
    tone = 0.12 * noise(rng, (size, size), (size / 3, size / 3))
    picture = np.clip(coloured(colour, tone), 0, 255).astype(np.uint8)
    sprite = Image.fromarray(picture).convert("RGBA")
    sprite.putalpha(mask)
    return sprite


def block(rng: Generator) -> Image.Image:
    """A wooden block lying flat, much the colour of skin."""
    width, height = round(0.075 * PIXELS_PER_METRE * FINER), round(0.025 * PIXELS_PER_METRE * FINER)
    tone = 0.07 * noise(rng, (width, height), (90, 4)) + rng.uniform(-0.08, 0.08)
    pixels = np.clip(coloured((222, 178, 128), tone), 0, 255).astype(np.uint8)
    sprite = Image.fromarray(pixels).convert("RGBA")
    ImageDraw.Draw(sprite).rectangle((0, 0, width - 1, height - 1), outline=(150, 106, 64, 255), width=4)
    return sprite


def phone() -> Image.Image:
    """A telephone, dark and glossy."""
    width, height = round(0.07 * PIXELS_PER_METRE * FINER), round(0.145 * PIXELS_PER_METRE * FINER)
    sprite = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(sprite)
    outline = (0, 0, width - 1, height - 1)
    draw.rounded_rectangle(outline, 30, fill=(30, 31, 35, 255), outline=(96, 98, 104, 255), width=5)
    draw.rounded_rectangle((12, 40, width - 13, height - 41), 8, fill=(44, 50, 62, 255))
    draw.polygon([(12, 40), (width * 0.7, 40), (12, height * 0.6)], fill=(62, 70, 84, 255))
    return sprite
