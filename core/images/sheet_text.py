r"""Writes names into pictures: any script, in a given width.

Pillow's bundled font holds little more than ASCII. Other text is written in a font of the system that has all
its characters; where there is none, accents are dropped and the rest becomes \u732b.
"""

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

# Fonts with many scripts, as Linux, macOS and Windows have them; Pillow finds them by their file's name.
SYSTEM_FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc"),
    *("Arial Unicode.ttf", "AppleSDGothicNeo.ttc", "msyh.ttc", "malgun.ttf", "seguisym.ttf"),
)
NO_CHARACTER = "\uffff"  # Unicode guarantees that it is none, so every font shows its "missing" glyph


def written(text: str, size: int) -> "tuple[str, FreeTypeFont]":
    """The text as it can be shown, and the font to show it in; `size` in pixels."""
    text = "".join(character if character.isprintable() else " " for character in text)
    for font in _fonts(size):
        if all(_has(font, character) for character in text):
            return text, font
    bundled = _fonts(size)[0]
    return "".join(_plain(character, bundled) for character in text), bundled


def elided(text: str, size: int, width: float) -> "tuple[str, FreeTypeFont]":
    """As `written`, but what is too wide loses its middle: names differ at their ends."""
    shown, font = written(text, size)
    if font.getlength(shown) <= width:
        return shown, font
    ellipsis = "…" if _has(font, "…") else "..."
    fits, too_long = 0, len(shown)
    while too_long - fits > 1:
        kept = (fits + too_long) // 2
        if font.getlength(_shortened(shown, kept, ellipsis)) <= width:
            fits = kept
        else:
            too_long = kept
    return _shortened(shown, fits, ellipsis), font


def _shortened(text: str, kept: int, ellipsis: str) -> str:
    """The text without its middle; the end, with the frame's number, keeps the larger part."""
    head = kept * 2 // 5
    return text[:head] + ellipsis + text[len(text) - (kept - head) :]


@lru_cache
def _fonts(size: int) -> "list[FreeTypeFont]":
    """The bundled font, which looks the same everywhere, then what the system has."""
    from PIL import ImageFont

    found = [_bundled(size)]
    for name in SYSTEM_FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:  # not on this system
            continue
    return found


def _bundled(size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow was built without FreeType, which draws text")
    return font


@lru_cache(maxsize=4096)
def _has(font: "FreeTypeFont", character: str) -> bool:
    """Whether a font can show a character: its glyph is not the one for missing characters."""
    return _glyph(font, character) != _glyph(font, NO_CHARACTER)


def _glyph(font: "FreeTypeFont", character: str) -> bytes:
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (64, 64))
    ImageDraw.Draw(canvas).text((8, 8), character, 255, font)
    return canvas.tobytes()


def _plain(character: str, font: "FreeTypeFont") -> str:
    if _has(font, character):
        return character
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base or character.encode("unicode_escape").decode()
