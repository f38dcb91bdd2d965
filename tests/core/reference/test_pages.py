"""Which generated files are stale."""

import re
import shutil
from pathlib import Path

import pytest

from boxwright.cli import _parser
from boxwright.core.reference.pages import COMMANDS, FORMATS, SITE, built_in, generated, stale


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A copy of what is generated, up to date."""
    for name, text in generated(root, _parser()).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_was_generated_is_up_to_date(checkout: Path):
    assert stale(checkout, _parser()) == {}


def test_a_page_that_differs_or_is_missing_is_stale(checkout: Path):
    (checkout / FORMATS / "kitti.md").write_text("# KITTI\n", encoding="utf-8")
    (checkout / FORMATS / "coco.md").unlink()
    found = stale(checkout, _parser())
    assert list(found) == [f"{FORMATS}/coco.md", f"{FORMATS}/kitti.md"]
    assert all(text and text.startswith("# `") for text in found.values())


def test_a_page_of_no_format_is_to_go(checkout: Path):
    shutil.copy(checkout / FORMATS / "kitti.md", checkout / FORMATS / "kitty.md")
    assert stale(checkout, _parser()) == {f"{FORMATS}/kitty.md": None}


def test_the_contents_and_the_commands_are_looked_at(checkout: Path):
    for name, line in ((SITE, "          - coco: "), (COMMANDS, "| `SRC` |")):
        text = (checkout / name).read_text(encoding="utf-8")
        (checkout / name).write_text(text.replace(line, f"{line} "), encoding="utf-8")
    assert list(stale(checkout, _parser())) == [COMMANDS, SITE]


def test_a_new_command_gets_its_section(checkout: Path):
    page = checkout / COMMANDS
    before = page.read_text(encoding="utf-8")
    begin, end = before.index("\n## inspect\n"), before.index("\n## convert\n")
    page.write_text(before[:begin] + before[end:], encoding="utf-8")
    after = stale(checkout, _parser())[COMMANDS]
    assert after and "\n## inspect\n\n<!-- generated: inspect -->\n\n`boxwright inspect SRC" in after
    assert re.findall(r"^## (\w+)$", after, re.MULTILINE) == re.findall(r"^## (\w+)$", before, re.MULTILINE)


def test_formats_that_come_along_have_their_modules():
    assert built_in()["tfrecord"][1] == "boxwright.core.tfrecord.adapter"
