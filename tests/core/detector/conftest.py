"""Numbers measured from the original, the small ones; `reference` has all of them where they are at hand."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def measured() -> Path:
    """The folder of measured numbers that come with the tests."""
    return ROOT / "tests/data/reference"
