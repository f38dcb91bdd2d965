"""Draw the pictures of the documentation: `make reference`.

The contact sheet takes a quarter of a minute and is drawn only where it is missing; the others are text.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import boxwright
from boxwright.core.demo.egohands import SESSIONS, generate
from boxwright.core.images.contact_sheet import contact_sheet
from boxwright.core.splits import parse_split, split

DOCS = Path(__file__).parent
SHEET = DOCS / "tutorial/contact_sheet.jpg"
SHEET_WIDTH = 1000  # pixels; the site shows about 700, and a dense screen twice that
SHEET_SHOWN = 0.515  # of its height: the first three rows
SHEET_QUALITY = 78  # about 120 KB

TEAL, ORANGE, INK, GREY, PAPER = "#00796b", "#e65100", "#263238", "#90a4ae", "#ffffff"

# The image and the box of explanation/coordinates.md.
COLUMNS, ROWS = 6, 4
BOX = boxwright.Box(label="cat", x_min=1, y_min=1, x_max=4, y_max=3)
CELL, LEFT, TOP = 60, 70, 50

GAMES = SESSIONS[:4]
FRAMES = 30  # of each video; three seconds lie between them
STEP, ROW = 10, 22
NAMES = 190  # pixels for the names of the videos; a phone shows the picture at three quarters


def pictures() -> dict[str, str]:
    """The drawings that are text, by their place in the documentation."""
    return {"explanation/coordinates.svg": grid(), "explanation/splits.svg": timelines()}


def grid() -> str:
    """An image of a few pixels, its edges counted outside and its pixels inside, and a box on it."""
    parts = [_rectangle(LEFT, TOP, COLUMNS * CELL, ROWS * CELL, fill="#eceff1")]
    left, top = LEFT + BOX.x_min * CELL, TOP + BOX.y_min * CELL
    across, down = (BOX.x_max - BOX.x_min) * CELL, (BOX.y_max - BOX.y_min) * CELL
    parts.append(_rectangle(left, top, across, down, fill="#b2dfdb"))
    for column in range(COLUMNS + 1):
        x = LEFT + column * CELL
        parts += [_line(x, TOP, x, TOP + ROWS * CELL), _text(x, TOP - 12, column, TEAL)]
    for row in range(ROWS + 1):
        y = TOP + row * CELL
        parts += [_line(LEFT, y, LEFT + COLUMNS * CELL, y), _text(LEFT - 18, y + 6, row, TEAL)]
    for column in range(COLUMNS):
        for row in range(ROWS):
            x, y = LEFT + (column + 0.5) * CELL, TOP + (row + 0.5) * CELL
            parts.append(_text(x, y + 5, f"{column + 1}, {row + 1}", GREY, size=13))
    parts.append(_rectangle(left, top, across, down, fill="none", stroke=TEAL, width=4))
    right, bottom = LEFT + COLUMNS * CELL + 20, TOP + ROWS * CELL + 32
    parts.append(_text(LEFT, bottom, "edges, from 0: boxwright, COCO, KITTI", TEAL, anchor="start"))
    parts.append(_text(LEFT, bottom + 24, "pixels, from 1: Pascal VOC", "#607d8b", anchor="start"))
    return _svg(right, bottom + 40, parts)


def timelines() -> str:
    """The frames of four games, each filmed from both sides, once split at random and once by group."""
    parts: list[str] = []
    y = 30.0
    for title, wanted in (("random:val=0.25", "random:val=0.25"), ("group:val=0.25", "group:val=0.25")):
        parts.append(_text(10, y, f"--split {title}", INK, anchor="start"))
        y += ROW
        for video, places in _divided(wanted).items():
            parts.append(_text(10, y + 5, video, "#607d8b", anchor="start", size=13))
            parts += [_dot(NAMES + number * STEP, y, name) for number, name in enumerate(places)]
            y += ROW
        y += 1.2 * ROW
    parts += [_dot(16, y - 16, "train"), _text(28, y - 11, "train", INK, anchor="start")]
    parts += [_dot(86, y - 16, "val"), _text(98, y - 11, "val", INK, anchor="start")]
    parts.append(_text(NAMES + FRAMES * STEP, y - 11, "90 seconds of each game →", "#607d8b", anchor="end"))
    return _svg(NAMES + FRAMES * STEP + 10, y + 6, parts)


def _divided(wanted: str) -> dict[str, list[str]]:
    """For each video the splits of its frames, as boxwright makes them."""
    found: dict[str, list[str]] = {}
    for record in split(boxwright.Dataset(["hand"], _records), parse_split(wanted), 1):
        found.setdefault(record.path.partition("/")[0], []).append(record.split or "")
    return found


def _records() -> Iterator[boxwright.ImageRecord]:
    for session in GAMES:
        game, viewer, partner = session.rsplit("_", 2)
        for video in (session, f"{game}_{partner}_{viewer}"):
            for number in range(FRAMES):
                path = f"{video}/frame_{number * 90:04d}.jpg"
                yield boxwright.ImageRecord(path=path, width=1280, height=720, group=session)


def _dot(x: float, y: float, name: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="4.5" fill="{ORANGE if name == "val" else TEAL}"/>'


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}" stroke="{GREY}"/>'


def _rectangle(
    x: float, y: float, across: float, down: float, *, fill: str, stroke: str = "none", width: int = 1
) -> str:
    size = f'width="{across:g}" height="{down:g}"'
    return f'<rect x="{x:g}" y="{y:g}" {size} fill="{fill}" stroke="{stroke}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: object, colour: str, *, anchor: str = "middle", size: int = 16) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{text}</text>'


def _svg(width: float, height: float, parts: list[str]) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join([head, _rectangle(0, 0, width, height, fill=PAPER), *parts, "</svg>", ""])


def _draw_sheet() -> None:
    """What the tutorial's `inspect --contact-sheet` draws of its small EgoHands, the upper half."""
    with TemporaryDirectory() as folder:
        source, whole = Path(folder) / "egohands_data", Path(folder) / "look.png"
        generate(source, videos=8, frames=3)
        contact_sheet(boxwright.read(source), whole)
        with Image.open(whole) as picture:
            upper = picture.convert("RGB").crop((0, 0, picture.width, round(picture.height * SHEET_SHOWN)))
    height = round(upper.height * SHEET_WIDTH / upper.width)
    upper.resize((SHEET_WIDTH, height), Image.Resampling.LANCZOS).save(SHEET, quality=SHEET_QUALITY)


def main() -> None:
    """Draw what has changed."""
    for name, text in pictures().items():
        path = DOCS / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"drew docs/{name}")
    if not SHEET.is_file():
        _draw_sheet()
        print(f"drew docs/{SHEET.relative_to(DOCS)}")


if __name__ == "__main__":
    main()
