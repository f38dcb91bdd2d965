"""The documentation as a browser shows it, on a desk and on a phone."""

import functools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser import DESK, PHONE, Tab

pytestmark = pytest.mark.slow

# What is cut off: neither the page nor anything around it scrolls to it.
CUT = """
[...document.querySelectorAll("article :is(p, li, h1, h2, h3, h4, img, table, pre)")].filter(element => {
    if (element.getBoundingClientRect().right <= document.documentElement.clientWidth + 1) return false;
    for (let around = element; around; around = around.parentElement)
        if (["auto", "scroll"].includes(getComputedStyle(around).overflowX)) return false;
    return true;
}).map(element => element.outerHTML.slice(0, 100))
"""
# Pictures that were not found have no width.
BROKEN = "[...document.images].filter(image => !image.naturalWidth).map(image => image.src)"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", root / "mkdocs.yml", "-d", folder]
    subprocess.run(command, check=True, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, for this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_every_page_fits_and_loads_nothing_from_elsewhere(site: Path, address: str, tab: Tab, width: int):
    faults = []
    for page in sorted(site.rglob("*.html")):
        name = page.relative_to(site).as_posix()
        tab.open(address + name, width)
        if (needed := tab.value("document.scrollingElement.scrollWidth")) > width:
            faults.append(f"{name} is {needed} pixels wide")
        faults += [f"{name} cuts {element}" for element in tab.value(CUT)]
        faults += [f"{name} lacks {picture}" for picture in tab.value(BROKEN)]
        faults += [f"{name} loads {url}" for url in tab.requests if not url.startswith((address, "data:"))]
    assert faults == []


def test_the_search_finds_a_problem_code(address: str, tab: Tab):
    tab.open(f"{address}index.html?q=duplicate_category", DESK)
    found = "[...document.querySelectorAll('.md-search-result__link')].map(link => link.pathname)"
    waited = f"new Promise(done => setInterval(() => {{ const f = {found}; if (f.length) done(f); }}, 50))"
    pages = tab.call("Runtime.evaluate", expression=waited, awaitPromise=True, returnByValue=True)
    assert "/reference/problems.html" in pages["result"]["value"]
