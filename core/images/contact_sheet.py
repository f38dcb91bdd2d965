"""A contact sheet: one PNG of images with their boxes, to see at a glance whether the labels are right."""

import io
import os
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from boxwright.core.errors import WriteError
from boxwright.core.images.box_drawing import INK, Rgb, colour, draw_boxes
from boxwright.core.images.sheet_text import elided, written
from boxwright.core.schema import ImageRecord

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

PAPER, FAINT, BLANK = (250, 250, 248), (120, 120, 126), (222, 222, 220)
GAP = 14  # pixels between cells
LEGEND_ROWS = 4
ENLARGED = 8  # at most so much: a pixel of a tiny image stays a small square
LARGEST = 50_000_000  # pixels; what is larger would take over 150 MB to decode


def contact_sheet(
    records: Iterable[ImageRecord], target: Path, *, columns: int = 4, cell: int = 360, limit: int = 24
) -> int:
    """Write a PNG that shows images with their boxes; returns how many.

    records  read once; of more than `limit` an even spread is shown, in their order
    columns  images side by side
    cell     the most that an image's longer side takes, in pixels
    raises   WriteError where the file cannot be written
    """
    if min(columns, limit) < 1 or cell < 40:
        raise ValueError(f"columns {columns}, limit {limit}, cell {cell}: need at least 1, 1 and 40")
    seen = _sample(records, limit)
    palette = {label: colour(number) for number, label in enumerate(sorted(seen.labels))}
    text = min(max(cell // 26, 11), 16)  # pixels: readable, and small on large cells
    cells = [_cell(record, cell, text, palette) for record in seen.chosen]
    width = GAP + columns * (cell + GAP)
    _save(_page(_header(seen, palette, width, text), cells, columns, width), target)
    return len(cells)


@dataclass(slots=True)
class _Seen:
    """What one pass over the records keeps: a few of them, and counts of all."""

    chosen: list[ImageRecord] = field(default_factory=list)
    images: int = 0
    labels: Counter[str] = field(default_factory=Counter)


def _sample(records: Iterable[ImageRecord], limit: int) -> _Seen:
    """Choose `limit` records, evenly spread, of a stream of unknown length.

    Holds eight times as many at most: they are that even.
    """
    seen, held, step = _Seen(), [], 1
    for record in records:
        if seen.images % step == 0:
            held.append(record)
        if len(held) == 8 * limit:  # so the stream is longer: every second one will do
            held, step = held[::2], 2 * step
        seen.images += 1
        seen.labels.update(box.label for box in record.boxes)
    count = min(limit, len(held))
    seen.chosen = [held[number * len(held) // count] for number in range(count)]
    return seen


def _page(header: "Image", cells: "Sequence[Image]", columns: int, width: int) -> "Image":
    """The header, then rows of cells as high as the highest in each."""
    from PIL import Image

    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(one.height for one in row) + GAP for row in rows]
    page = Image.new("RGB", (width, header.height + sum(heights)), PAPER)
    page.paste(header)
    top = header.height
    for row, height in zip(rows, heights, strict=True):
        for number, one in enumerate(row):
            page.paste(one, (GAP + number * (one.width + GAP), top))
        top += height
    return page


def _header(seen: _Seen, palette: Mapping[str, Rgb], width: int, text: int) -> "Image":
    """How many images there are, and the labels with their colours and counts, most frequent first."""
    from PIL import Image, ImageDraw

    shown = f"{len(seen.chosen):,} of " if len(seen.chosen) < seen.images else ""
    title = f"{shown}{_counted(seen.images, 'image')}, {_counted(sum(seen.labels.values()), 'box', 'boxes')}"
    line = round(text * 1.7)
    header = Image.new("RGB", (width, 2 * GAP + (2 + LEGEND_ROWS) * line), PAPER)
    draw = ImageDraw.Draw(header)
    draw.text((GAP, GAP), title, INK, written(title, round(text * 1.25))[1])
    bottom = _legend(draw, seen.labels, palette, (GAP, GAP + round(1.4 * line)), width, text)
    return header.crop((0, 0, width, bottom + GAP))


def _legend(
    draw: "ImageDraw",
    labels: Counter[str],
    palette: Mapping[str, Rgb],
    at: tuple[int, int],
    width: int,
    text: int,
) -> int:
    """Draw the legend in at most LEGEND_ROWS rows; returns the row of pixels where it ends."""
    line, (left, top) = round(text * 1.7), at
    last = top + (LEGEND_ROWS - 1) * line
    ordered = sorted(labels.items(), key=lambda item: (-item[1], item[0]))
    for number, (label, count) in enumerate(ordered):
        name, font = elided(label, text, width / 3)
        entry = f"{name}  {count:,}" if name.isascii() else f"{name} {count:,}"
        more = f"and {len(ordered) - number:,} more labels"
        needed = line + draw.textlength(entry, font)
        room = width - left - GAP - (draw.textlength(more, font) + 2 * line if top == last else 0)
        if needed > room and top == last:
            draw.text((left, top), more, FAINT, written(more, text)[1])
            break
        if needed > room:
            left, top = at[0], top + line
        draw.rectangle((left, top + 1, left + text, top + 1 + text), palette[label])
        draw.text((left + round(1.4 * text), top), entry, INK, font)
        left += round(needed) + text
    return top + line


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _cell(record: ImageRecord, size: int, text: int, palette: Mapping[str, Rgb]) -> "Image":
    """One image with its boxes, its path and its size below."""
    from PIL import Image, ImageDraw

    picture, scale = fitted_picture(record, size, text)
    draw_boxes(picture, record, scale, text, palette)
    line = round(text * 1.4)
    cell = Image.new("RGB", (size, picture.height + 2 * line + 4), PAPER)
    cell.paste(picture)
    draw = ImageDraw.Draw(cell)
    for number, (words, ink) in enumerate(((record.path, INK), (_facts(record), FAINT))):
        shown, font = elided(words, text, size)
        draw.text((0, picture.height + 3 + number * line), shown, ink, font)
    return cell


def _facts(record: ImageRecord) -> str:
    size = "size unknown" if record.width is None else f"{record.width} x {record.height}"
    regions = f"{len(record.ignored)} ignored" if record.ignored else None
    facts = (size, _counted(len(record.boxes), "box", "boxes"), regions, record.split)
    return ", ".join(fact for fact in facts if fact)


def fitted_picture(record: ImageRecord, size: int, text: int) -> "tuple[Image, float]":
    """A record's image scaled to fit a square, and the scale; a grey stand-in where there is none."""
    try:
        data = None if record.file is None else record.file.read()
    except OSError:
        data = None
    if data is None:
        return _stand_in(record, size, text, "no image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd but legal files: they are looked at, not judged
            return _decoded(data, size)
    except Exception as error:  # Pillow's decoders fail in every way there is on damaged files
        return _stand_in(record, size, text, "too large" if isinstance(error, _TooLarge) else "damaged")


class _TooLarge(Exception):
    """More pixels than LARGEST."""


def _decoded(data: bytes, size: int) -> "tuple[Image, float]":
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        scale, fitted = _fit(*image.size, size)
        image.draft("RGB", fitted)  # a JPEG decodes straight to a half, a quarter or an eighth
        if image.width * image.height > LARGEST:
            raise _TooLarge
        # Enlarged pixels stay squares: whether a box is on the right one can be seen.
        filtered = Image.Resampling.NEAREST if scale >= 2 else Image.Resampling.BICUBIC
        return _rgb(image).resize(fitted, filtered, reducing_gap=2.0), scale


def _fit(width: int, height: int, size: int) -> tuple[float, tuple[int, int]]:
    scale = min(size / width, size / height, ENLARGED)
    return scale, (max(round(width * scale), 1), max(round(height * scale), 1))


def _rgb(image: "Image") -> "Image":
    """Any mode as RGB: 16 bits and floats from their darkest to their brightest, transparency on white."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):
        image = image.convert("F")
        low, high = image.getextrema()
        if not isinstance(low, float) or not isinstance(high, float):
            raise ValueError("a floating-point image has one channel")
        span = (high - low) or 1.0
        spread = image.point(lambda value: value * (255 / span) + (-low * 255 / span))
        return spread.convert("L").convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _stand_in(record: ImageRecord, size: int, text: int, why: str) -> "tuple[Image, float]":
    """A grey picture of the declared size that says why there is no other."""
    from PIL import Image, ImageDraw

    scale, fitted = _fit(record.width or size, record.height or size * 3 // 4, size)
    picture = Image.new("RGB", fitted, BLANK)
    draw = ImageDraw.Draw(picture)
    draw.line((0, 0, *fitted), (206, 206, 204))
    draw.line((0, fitted[1], fitted[0], 0), (206, 206, 204))
    words, font = written(why, round(text * 1.3))
    middle = fitted[0] / 2, fitted[1] / 2
    left, top, right, bottom = draw.textbbox(middle, words, font, anchor="mm")
    draw.rectangle((left - 6, top - 4, right + 6, bottom + 4), BLANK)
    draw.text(middle, words, FAINT, font, anchor="mm")
    return picture, scale


def _save(page: "Image", target: Path) -> None:
    """Write the PNG under a temporary name first: a killed run leaves no half picture under the real one."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        page.save(draft, format="PNG")
        os.replace(draft, target)
    except OSError as error:
        raise WriteError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
