"""The documentation is complete, up to date, and a site that its tool has nothing to say against."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from boxwright.cli import _parser
from boxwright.core.plugins import adapters
from boxwright.core.reference.command_options import command_options
from boxwright.core.reference.pages import FORMATS, built_in, stale
from docs.draw_pictures import DOCS, pictures

# MkDocs refuses a page that is in no contents, and a link or an anchor that leads nowhere; but not with
# --quiet, since it counts the warnings that it prints.
BUILD = (sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file")
# Attributes whose address a browser loads by itself; the others are for readers to click on.
LOADED = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "srcset")}


@pytest.fixture(scope="session")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; MkDocs must have nothing to warn of."""
    folder = tmp_path_factory.mktemp("site")
    command = [*BUILD, root / "mkdocs.yml", "--site-dir", folder]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}  # Material tells of its successor
    done = subprocess.run(command, env=quiet, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def test_generated_pages_are_those_of_the_code(root: Path):
    assert list(stale(root, _parser())) == [], "run `make reference`"


def test_the_pictures_are_those_of_the_code():
    drawn = {name: (DOCS / name).read_text(encoding="utf-8") for name in pictures()}
    assert [name for name, text in pictures().items() if drawn[name] != text] == [], "run `make reference`"


def test_every_format_and_command_has_its_place(root: Path):
    pages = {path.stem for path in (root / FORMATS).glob("*.md")}
    assert pages == {"index", *built_in()}
    text = (root / "docs/reference/command-line.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == list(command_options(_parser()))


@pytest.mark.parametrize("name", sorted(adapters()))
def test_the_readme_names_every_adapter(root: Path, name: str):
    assert f"| `{name}` |" in (root / "README.md").read_text(encoding="utf-8")


def test_every_link_outside_the_site_leads_somewhere(root: Path):
    pages = [root / "README.md", root / "CONTRIBUTING.md"]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())]
    assert links and [f"{page.name}: {link}" for page, link in links if not (root / link).exists()] == []


def test_the_site_has_every_page(root: Path, site: Path):
    pages = {path.relative_to(root / "docs").with_suffix(".html") for path in (root / "docs").rglob("*.md")}
    assert {path.relative_to(site) for path in site.rglob("*.html")} == {*pages, Path("404.html")}


def test_a_page_of_the_site_loads_nothing_from_elsewhere(site: Path):
    addresses = {address for page in site.rglob("*.html") for address in _loaded(page)}
    assert addresses and [address for address in addresses if re.match(r"(\w+:)?//", address)] == []


def test_a_page_in_no_contents_is_refused(root: Path, tmp_path: Path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Here\n\n[There](there.md#nowhere)\n")
    (tmp_path / "docs/there.md").write_text("# There\n")
    (tmp_path / "docs/forgotten.md").write_text("# Forgotten\n")
    settings = (root / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[0]
    (tmp_path / "mkdocs.yml").write_text(f"{settings}\nnav:\n  - index.md\n  - there.md\n", encoding="utf-8")
    command = [*BUILD, tmp_path / "mkdocs.yml"]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    told = subprocess.run(command, env=quiet, capture_output=True, text=True)
    assert told.returncode == 1
    assert "forgotten.md" in told.stderr and "there.md#nowhere" in told.stderr


def _loaded(page: Path) -> list[str]:
    """The addresses of what a browser loads with a page."""
    parser = _Loaded()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser.addresses


class _Loaded(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value for name, value in attrs if value and (tag, name) in LOADED]
