"""Numbers measured from the original: the small ones here, all of them where they are at hand."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def measured() -> Path:
    """The folder of measured numbers that come with the tests."""
    return ROOT / "tests/data/reference"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of all measured numbers, which is no part of the project; without it the test is skipped."""
    folder = Path(os.environ.get("BOXWRIGHT_REFERENCE", ROOT / "../shared/reference"))
    if not folder.is_dir():
        pytest.skip(f"no reference: {folder} is not a folder (BOXWRIGHT_REFERENCE names it)")
    return folder
