"""What several tests need: the package's modules on disk; real data, measured numbers, a browser if any."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.browser import Tab, browser_tab

ROOT = Path(__file__).parent.parent
# Folders at the root that are not part of the package.
OTHER_FOLDERS = {"benchmarks", "build", "configs", "dist", "docs", "tests"}

# A busy machine is no bug, so an example may take any time.
settings.register_profile("boxwright", deadline=None)
settings.load_profile("boxwright")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout, which is the package `boxwright`."""
    return ROOT


@pytest.fixture(scope="session")
def modules() -> dict[str, Path]:
    """Every module of the package by its full name; a package's name stands for its __init__.py."""
    folders = (p for p in ROOT.iterdir() if p.is_dir() and p.name not in OTHER_FOLDERS)
    below = (f for folder in folders if folder.name.isidentifier() for f in folder.rglob("*.py"))
    return {_module_name(path): path for path in sorted([*ROOT.glob("*.py"), *below])}


@pytest.fixture(scope="session")
def real_data() -> Path:
    """A folder of real data sets, which is no part of the project; without it the test is skipped."""
    return _folder("BOXWRIGHT_DATA", "data", "real data")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of all that was measured from the original, which is no part of the project, either."""
    return _folder("BOXWRIGHT_REFERENCE", "reference", "reference")


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """A page of a browser; without one the test is skipped."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium")
    with browser_tab(chromium, tmp_path_factory.mktemp("profile")) as tab:
        yield tab


def _folder(variable: str, usual: str, what: str) -> Path:
    folder = Path(os.environ.get(variable, ROOT / "../shared" / usual))
    if not folder.is_dir():
        pytest.skip(f"no {what}: {folder} is not a folder ({variable} names it)")
    return folder


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("boxwright", *(part for part in parts if part != "__init__")))
