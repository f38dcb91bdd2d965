"""The page as a browser shows it, on a desk and on a phone, with all that can be on it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from boxwright.core.html_report.html_report import HtmlReport
from boxwright.core.inspect import inspect
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.write import write
from tests.browser import DESK, PHONE, Tab
from tests.core.html_report.drawn import saved, shades

pytestmark = pytest.mark.slow

BROKEN = "[...document.images].filter(image => !image.naturalWidth).length"
DECODED = "Promise.all([...document.images].map(image => (image.loading = 'eager', image.decode())))"
COLOUR = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    write(_pets(folder), folder / "pets", format="jsonl")
    report = HtmlReport(folder / "page.html")
    report.write(inspect(folder / "pets", consume=lambda all: list(report.survey.watching(all))))
    return report.target


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_the_page_fits_loads_nothing_and_shows_all(page: Path, tab: Tab, width: int, tmp_path: Path):
    tab.open(page.as_uri(), width)
    assert tab.value("document.scrollingElement.scrollWidth") == width
    assert [url for url in tab.requests if not url.startswith("data:")] == [page.as_uri()]
    tab.value("document.querySelectorAll('details').forEach(part => part.open = true)")
    tab.call("Runtime.evaluate", expression=DECODED, awaitPromise=True)
    assert tab.value("document.scrollingElement.scrollWidth") == width
    assert tab.value("document.images.length") > 24 and tab.value(BROKEN) == 0
    tab.picture(tmp_path / "page.png")
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.width == width and picture.height > 2000


def test_text_in_charts_is_readable_on_a_phone(page: Path, tab: Tab):
    tab.open(page.as_uri(), PHONE)
    heights = tab.value(
        "[...document.querySelectorAll('svg text')].map(text => text.getBoundingClientRect().height)"
    )
    assert heights and min(heights) > 9


def test_the_style_is_applied_and_dark_where_the_reader_wants_it(page: Path, tab: Tab):
    shown = []
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        tab.call("Emulation.setEmulatedMedia", features=[feature])
        tab.open(page.as_uri(), DESK)
        shown.append(tab.value(COLOUR))
    assert shown == ["rgb(251, 251, 249)", "rgb(20, 23, 26)"]


def _pets(folder: Path) -> Dataset:
    """Sixty images, thirty classes with names that hardly fit, two splits with copies across them."""
    random = np.random.default_rng(0)
    names = [f"{'a_very_long_name_without_blanks_' * (number % 3)}{number}" for number in range(30)]
    pictures = [saved(shades(number % 50), folder / f"{number}.jpg") for number in range(60)]
    records = []
    for number, file in enumerate(pictures):
        boxes = []
        for label in random.choice(names, 3):
            x, y = random.integers(0, 80, 2).tolist()
            boxes.append(Box(label=str(label), x_min=x, y_min=y, x_max=x + 40, y_max=y + 30))
        name = f"{'folder_with_a_long_name_' * 4}/{number}.jpg"
        split = "train" if number < 45 else "val"
        records.append(
            ImageRecord(path=name, width=160, height=120, boxes=tuple(boxes), split=split, file=file)
        )
    return Dataset(sorted(names), lambda: iter(records))
