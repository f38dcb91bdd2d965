"""What stands still in a video: the room, the table, the game on it and the person across."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFilter

from boxwright.core.demo import camera, table
from boxwright.core.demo.limb import stamp
from boxwright.core.demo.people import Player
from boxwright.core.demo.tubes import Colour, Field, Surface, Tube, coverage, fields, lit, paste, window

Item = tuple[float, float, float]  # metres from the table's middle (right, towards the first player), degrees

TABLE_MIDDLE = 0.70  # metres from the viewer
KINDS = {
    "COURTYARD": ("weathered", "stone", "blanket"),
    "LIVINGROOM": ("cloth", "oak", "walnut"),
    "OFFICE": ("laminate", "walnut", "oak"),
}
CHESS_MEN = {  # heights and foot radii in metres, Staunton proportions for 48 mm squares
    "king": (0.090, 0.018),
    "queen": (0.080, 0.017),
    "bishop": (0.066, 0.015),
    "knight": (0.060, 0.015),
    "rook": (0.052, 0.016),
    "pawn": (0.044, 0.013),
}
WHITE_MEN = Surface((232, 200, 152), (112, 74, 44), 0.18)
BLACK_MEN = Surface((84, 54, 40), (22, 12, 10), 0.22)
WOOD: Colour = (222, 178, 128)


def scene(
    rng: Generator, activity: str, location: str, partner: Player, folds: Field, *, turned: bool
) -> Image.Image:
    """The still picture of a session, camera.CANVAS large, before any arm is drawn.

    turned   seen from the second player's side
    """
    kind = KINDS[location][int(rng.integers(len(KINDS[location])))]
    top = table.table_top(rng, kind)
    lay, stand = GAMES[activity](rng)
    sign = -1.0 if turned else 1.0
    for sprite, (x, y, angle) in lay:
        table.lay(top, sprite, sign * x, sign * y, angle + (180 if turned else 0))
    for _, radius, x, y in stand:
        table.shade_spot(top, sign * x, sign * y, radius)
    canvas = BACKGROUNDS[location](rng)
    _draw_partner(canvas, partner, folds)
    _draw_table(canvas, top)
    for draw, _, x, y in sorted(stand, key=lambda item: sign * item[3]):
        draw(canvas, sign * x, TABLE_MIDDLE - sign * y)
    return canvas


Lying = list[tuple[Image.Image, Item]]
Standing = list[tuple[Callable[[Image.Image, float, float], None], float, float, float]]


def _cards(rng: Generator) -> tuple[Lying, Standing]:
    """A pile in the middle, a row in front of each player, strays."""
    lying: Lying = [(table.phone(), (rng.uniform(0.3, 0.42), rng.uniform(-0.1, 0.2), rng.uniform(-30, 30)))]
    for _ in range(6):
        lying.append((table.card(rng), (rng.normal(0, 0.012), rng.normal(0, 0.012), rng.uniform(-14, 14))))
    for side in (-1, 1):
        for number in range(int(rng.integers(3, 6))):
            x, y = -0.14 + 0.085 * number + rng.normal(0, 0.006), side * rng.normal(0.17, 0.012)
            lying.append((table.card(rng), (x, y, rng.normal(0, 7))))
    for _ in range(5):
        lying.append(
            (table.card(rng), (rng.uniform(-0.4, 0.4), rng.uniform(-0.3, 0.25), rng.uniform(0, 360)))
        )
    return lying, []


def _chess(rng: Generator) -> tuple[Lying, Standing]:
    """A game in progress, taken men beside the board."""
    standing: Standing = []
    squares = rng.permutation(64)
    men = ["king", "queen", *["bishop", "knight", "rook"] * 2, *["pawn"] * 5]
    for number, name in enumerate(men * 2):
        look = WHITE_MEN if number < len(men) else BLACK_MEN
        row, column = divmod(int(squares[number]), 8)
        x, y = (column - 3.5) * table.SQUARE, (row - 3.5) * table.SQUARE
        standing.append((_chess_man(name, look), CHESS_MEN[name][1], x, y))
    for number in range(5):
        look, side = (WHITE_MEN, 1) if number % 2 else (BLACK_MEN, -1)
        x, y = side * (0.25 + rng.uniform(0, 0.05)), side * (-0.12 + 0.05 * number)
        standing.append((_chess_man("pawn", look), CHESS_MEN["pawn"][1], x, y))
    return [(table.board(), (0.0, 0.0, 0.0))], standing


def _jenga(rng: Generator) -> tuple[Lying, Standing]:
    """A tower, and blocks lying about."""
    lying: Lying = []
    for _ in range(int(rng.integers(8, 16))):
        x, y = rng.uniform(-0.42, 0.42), rng.uniform(-0.28, 0.26)
        if abs(x) > 0.09 or abs(y) > 0.09:
            lying.append((table.block(rng), (x, y, rng.uniform(0, 180))))
    layers = int(rng.integers(6, 11))
    x, y = rng.normal(0, 0.03), rng.normal(0, 0.02)
    jitter = rng.normal(0, 0.0018, (layers, 3))
    tones = rng.uniform(0.86, 1.08, (layers, 3))
    gone = rng.random((layers, 3)) < 0.16
    gone[[0, -1]] = False

    def draw(canvas: Image.Image, at_x: float, at_y: float) -> None:
        _draw_tower(canvas, at_x, at_y, jitter, tones, gone)

    return lying, [(draw, 0.045, x, y)]


def _puzzle(rng: Generator) -> tuple[Lying, Standing]:
    """A picture half done, loose pieces around it."""
    sky, sand, skin, wood = (112, 158, 206), (226, 196, 140), (224, 172, 140), (132, 92, 58)
    lying: Lying = []
    for row in range(5):
        for column in range(7):
            if rng.random() < 0.82:
                colour = (sky, sky, skin, sand, wood)[row] if rng.random() < 0.8 else (86, 128, 74)
                x, y = (column - 3) * table.PIECE, (row - 2) * table.PIECE
                lying.append((table.jigsaw_piece(rng, colour), (x, y, 0.0)))
    for _ in range(30):
        colour = (sky, sand, skin, wood, (86, 128, 74))[int(rng.integers(5))]
        x, y = rng.uniform(-0.45, 0.45), rng.uniform(-0.3, 0.28)
        if abs(x) > 0.15 or abs(y) > 0.12:
            lying.append((table.jigsaw_piece(rng, colour), (x, y, rng.uniform(0, 360))))
    return lying, []


GAMES: dict[str, Callable[[Generator], tuple[Lying, Standing]]] = {
    "CARDS": _cards,
    "CHESS": _chess,
    "JENGA": _jenga,
    "PUZZLE": _puzzle,
}


def _chess_man(name: str, look: Surface) -> Callable[[Image.Image, float, float], None]:
    height, foot = CHESS_MEN[name]

    def draw(canvas: Image.Image, x: float, y: float) -> None:
        profile = [
            (0.0, 1.0),
            (0.1, 0.85),
            (0.22, 0.5),
            (0.62, 0.36),
            (0.66, 0.62),
            (0.7, 0.4),
            (0.86, 0.62),
            (1.0, 0.2),
        ]
        spots = [camera.seen(x, y, share * height) for share, _ in profile]
        radii = [share * foot * spot.scale for (_, share), spot in zip(profile, spots, strict=True)]
        tubes = [
            Tube((a.x, a.y, 0.5 * i), (b.x, b.y, 0.5 * i + 0.5), ra, rb, blend=1.5)
            for i, (a, b, ra, rb) in enumerate(zip(spots, spots[1:], radii, radii[1:], strict=False))
        ]
        part = window(tubes, canvas.size)
        if part.width:
            distance, surface = fields(tubes, part, 1.5)
            paste(canvas, part, lit(surface, look), coverage(distance))

    return draw


def _draw_tower(
    canvas: Image.Image, x: float, y: float, jitter: np.ndarray, tones: np.ndarray, gone: np.ndarray
) -> None:
    """Layers of three blocks, every other one turned by 90 degrees, drawn from the far bottom up."""
    long, broad, thick = 0.075, 0.025, 0.015
    for layer in range(len(jitter)):
        for number in (2, 1, 0):  # the far one first
            if gone[layer, number]:
                continue
            at = (number - 1) * broad
            shift = float(jitter[layer, number])
            if layer % 2:
                low, high = (
                    (x - long / 2 + shift, y + at - broad / 2),
                    (x + long / 2 + shift, y + at + broad / 2),
                )
            else:
                low, high = (
                    (x + at - broad / 2, y - long / 2 + shift),
                    (x + at + broad / 2, y + long / 2 + shift),
                )
            _draw_block(canvas, low, high, layer * thick, thick, float(tones[layer, number]))


def _draw_block(
    canvas: Image.Image,
    low: tuple[float, float],
    high: tuple[float, float],
    foot: float,
    thick: float,
    tone: float,
) -> None:
    """One block's faces that the viewer sees: top, front and the side towards the middle of the picture."""
    top = foot + thick
    side_x = low[0] if low[0] > 0 else high[0]
    faces = [
        (
            0.62,
            [(side_x, low[1], foot), (side_x, high[1], foot), (side_x, high[1], top), (side_x, low[1], top)],
        ),
        (
            0.84,
            [(low[0], low[1], foot), (high[0], low[1], foot), (high[0], low[1], top), (low[0], low[1], top)],
        ),
        (
            1.05,
            [(low[0], low[1], top), (high[0], low[1], top), (high[0], high[1], top), (low[0], high[1], top)],
        ),
    ]
    red, green, blue = WOOD
    for light, corners in faces:
        points = np.array([camera.seen(*corner)[:2] for corner in corners])
        if light == 0.62 and low[0] <= 0 <= high[0]:
            continue
        shade = tone * light
        stamp(canvas, points, (red * shade * 0.55, green * shade * 0.5, blue * shade * 0.45))
        middle = points.mean(axis=0)
        stamp(canvas, middle + (points - middle) * 0.95, (red * shade, green * shade, blue * shade))


def _draw_table(canvas: Image.Image, top: Image.Image) -> None:
    """The table top in perspective, from its far edge down."""
    far, near = camera.TABLE_END, camera.TABLE_END - table.DEPTH
    half = table.WIDTH / 2
    rim = ((-half, far), (half, far), (half, near), (-half, near))
    spots = [camera.seen(x, y) for x, y in rim]
    width, height = top.size
    corners = [(0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))]
    edge = int(spots[0].y)
    flat = top.transform(
        canvas.size,
        Image.Transform.PERSPECTIVE,
        camera.perspective(corners, spots).tolist(),
        Image.Resampling.BILINEAR,
    )
    canvas.paste(flat.crop((0, edge + 1, *canvas.size)), (0, edge + 1))
    ImageDraw.Draw(canvas).line((0, edge, canvas.width, edge), fill=(52, 40, 32), width=3)


def _draw_partner(canvas: Image.Image, person: Player, folds: Field) -> None:
    """The person across, from the table to the mouth: the glasses look down."""
    x, y = camera.CANVAS[0] / 2, float(camera.PAD)
    neck = [Tube((x, y - 20, 0), (x, y + 80, 0), 50, 56)]
    body = [
        Tube((x, y + 150, 30), (x, y + 360, 30), 160, 168, flat=0.45),
        Tube((x - 140, y + 112, -30), (x + 140, y + 112, -30), 54, 54, blend=50),
        Tube((x - 62, y + 78, -20), (x - 150, y + 112, -10), 22, 50, blend=14),
        Tube((x + 62, y + 78, -20), (x + 150, y + 112, -10), 22, 50, blend=14),
    ]
    head = [
        Tube((x, y - 120, 20), (x, y - 70, 30), 95, 84),
        Tube((x, y - 70, 30), (x, y - 22, 50), 80, 50, blend=20),
    ]
    for tubes, look, melt, relief in (
        (neck, person.skin, 6, 0.0),
        (body, person.cloth, 30, 2.2),
        (head, person.skin, 22, 0.0),
    ):
        part = window(tubes, canvas.size, margin=30)
        distance, surface = fields(tubes, part, melt)
        surface += np.float32(relief) * folds[: part.height, : part.width]
        cast = Image.fromarray((coverage(distance) * 90).astype(np.uint8)).filter(ImageFilter.GaussianBlur(9))
        canvas.paste((14, 9, 6), (part.left + 6, part.top + 14), cast)
        paste(canvas, part, lit(surface, look), coverage(distance))
    red, green, blue = person.skin.shade
    mouth = np.array([(x - 26, y - 12), (x, y - 17), (x + 26, y - 12), (x, y - 2)])
    stamp(canvas, mouth, (red * 1.35, green * 1.1, blue * 1.1), opacity=0.8)


def _courtyard(rng: Generator) -> Image.Image:
    """Lawn, hedge and sky."""
    width, height = camera.CANVAS
    tone = 0.2 * table.noise(rng, camera.CANVAS, (60, 30)) + 0.12 * table.noise(rng, camera.CANVAS, (14, 9))
    pixels = table.coloured((98, 132, 66), tone)
    hedge = np.arange(height)[:, None] < 150 + 16 * table.noise(rng, (width, 1), (70, 1))
    leaves = table.coloured((52, 82, 44), 1.8 * tone)
    return _blurred(np.where(hedge[..., None], leaves, pixels), 3)


def _living_room(rng: Generator) -> Image.Image:
    """A wall, a sofa with cushions."""
    width, height = camera.CANVAS
    wall = np.float32(rng.uniform((176, 160, 136), (214, 202, 188)))
    tone = 0.05 * table.noise(rng, camera.CANVAS, (300, 200))
    canvas = Image.fromarray(np.clip(wall * (1 + tone[..., None]), 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    sofa = tuple(int(value) for value in rng.uniform((70, 50, 46), (150, 120, 110)))
    draw.rounded_rectangle((60, 110, width - 90, height), 60, fill=sofa)
    for at in (240, 900):
        cushion = tuple(int(value) for value in rng.uniform((120, 60, 40), (220, 180, 150)))
        draw.rounded_rectangle((at, 130, at + 230, 320), 40, fill=cushion)
    return _blurred(np.asarray(canvas, np.float32) * (1 + tone[..., None]), 5)


def _office(rng: Generator) -> Image.Image:
    """A bright wall with a shelf of folders, a monitor's back."""
    width, _ = camera.CANVAS
    tone = 0.04 * table.noise(rng, camera.CANVAS, (400, 260))
    canvas = Image.fromarray(table.coloured((206, 208, 206), tone).astype(np.uint8))
    draw = ImageDraw.Draw(canvas)
    at = 20
    while at < width * 0.36:
        broad = int(rng.integers(18, 40))
        colour = tuple(int(value) for value in rng.uniform(40, 210, 3))
        draw.rectangle((at, int(rng.integers(10, 40)), at + broad, 170), fill=colour)
        at += broad + 2
    draw.rectangle((0, 170, width * 0.37, 184), fill=(120, 96, 72))
    draw.rounded_rectangle((width * 0.74, 60, width * 0.97, 240), 10, fill=(40, 42, 46))
    return _blurred(np.asarray(canvas, np.float32), 4)


BACKGROUNDS: dict[str, Callable[[Generator], Image.Image]] = {
    "COURTYARD": _courtyard,
    "LIVINGROOM": _living_room,
    "OFFICE": _office,
}


def _blurred(pixels: np.ndarray, radius: float) -> Image.Image:
    """Out of focus, as what is behind the table."""
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return image.filter(ImageFilter.GaussianBlur(radius))
