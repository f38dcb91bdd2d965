"""Which problems reading a format may report."""

from pathlib import Path

import pytest

import boxwright
from boxwright.core.problems import RULES
from boxwright.core.reference.pages import built_in
from boxwright.core.reference.possible_problems import possible_problems

BUILT_IN = built_in()
# Every adapter takes its boxes and images from a frame, whose problems it so may report.
OF_A_FRAME = {"box_outside_image", "box_empty", "size_mismatch", "missing_image", "corrupt_image"}


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_a_frame_reports_every_format_may_report(name: str):
    assert set(possible_problems(BUILT_IN[name][1])) >= OF_A_FRAME


def test_a_code_of_one_format_is_not_that_of_another():
    codes = {name: set(possible_problems(module)) for name, (_, module) in BUILT_IN.items()}
    assert [name for name in codes if "unknown_group" in codes[name]] == ["egohands"]
    assert "duplicate_category" in codes["coco"] - codes["kitti"]


def test_codes_stand_in_the_order_of_the_closed_list():
    codes = possible_problems("boxwright.adapters.coco")
    assert list(codes) == [code for code in RULES if code in codes]


def test_what_was_reported_was_told(tmp_path: Path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("Car 9 0 0 1 1 1 3 0 0 0 0 0 0 0\n")
    dataset = boxwright.read(tmp_path, "kitti")
    assert list(dataset)
    codes = {problem.code for problem in dataset.problems}
    assert codes == {"missing_image", "invalid_attribute", "box_empty"}
    assert codes <= set(possible_problems("boxwright.adapters.kitti"))
