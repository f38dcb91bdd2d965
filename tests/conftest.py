"""What several tests need: the package's modules on disk, and real data where there is any."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
    folder = Path(os.environ.get("BOXWRIGHT_DATA", ROOT / "../shared/data"))
    if not folder.is_dir():
        pytest.skip(f"no real data: {folder} is not a folder (BOXWRIGHT_DATA names it)")
    return folder


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(("boxwright", *(part for part in parts if part != "__init__")))
