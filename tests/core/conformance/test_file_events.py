"""Watching files, and other orders of listing them."""

import os
from pathlib import Path

import pytest

from boxwright.core.conformance.file_events import below, opened_files, other_order

NAMES = [f"{number}.txt" for number in range(9)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_text(name)
    return tmp_path


LISTINGS = {
    "listdir": lambda folder: os.listdir(folder),
    "scandir": lambda folder: [entry.name for entry in os.scandir(folder)],
    "iterdir": lambda folder: [path.name for path in folder.iterdir()],
    "glob": lambda folder: [path.name for path in folder.glob("*.txt")],
    "rglob": lambda folder: [path.name for path in folder.rglob("*.txt")],
    "walk": lambda folder: [name for _, _, names in os.walk(folder) for name in names],
}


@pytest.mark.parametrize("listing", LISTINGS)
def test_every_way_to_list_a_folder_has_another_order(folder, listing):
    found = []
    for seed in (1, 2):
        with other_order(seed):
            found.append(LISTINGS[listing](folder))
    assert sorted(found[0]) == sorted(found[1]) == NAMES
    assert found[0] != found[1]


def test_opened_files_are_those_meanwhile(folder):
    (folder / NAMES[0]).read_text()
    with opened_files() as found:
        (folder / NAMES[1]).read_text()
        (folder / NAMES[1]).read_text()
    (folder / NAMES[2]).read_text()
    assert below(folder, found) == [str(folder / NAMES[1])]
