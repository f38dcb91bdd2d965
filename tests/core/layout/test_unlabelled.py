"""Images that no annotation claims."""

from pathlib import Path

import pytest
from PIL import Image

from boxwright.core.layout.annotation_folders import Part
from boxwright.core.layout.split_lists import Listed
from boxwright.core.layout.unlabelled import Unlabelled, unlabelled
from boxwright.core.problems import Policy, Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import ImageRecord


@pytest.mark.parametrize("option, kept", [("skip", []), ("negative", ["x/b.png", "x/d.png"])])
def test_they_are_reported_where_they_are_listed_and_kept_as_negatives(
    tmp_path: Path, option: Unlabelled, kept: list[str]
):
    for name in "abd":
        Image.new("RGB", (8, 6)).save(tmp_path / f"{name}.png")
    problems: list[Problem] = []
    context = ReadContext(root=tmp_path, policy=Policy(), sink=problems.append)
    context.claim("x/a.png", "a.txt")
    part = Part(None, tmp_path, "x/")

    def split(image: str) -> tuple[Listed | None, str | None]:
        return (Listed("b", "val", tmp_path / "val.txt", 3) if "b" in image else None), "val"

    found = unlabelled(part, part.image_folder(), context, option, annotation="label file", split=split)
    assert list(found) == [ImageRecord(path=path, width=8, height=6, split="val") for path in kept]
    action = "keep" if kept else "skip"
    assert [(each.path, each.where, each.message, each.action) for each in problems] == [
        ("val.txt", "3", "'b.png' has no label file", action),
        ("d.png", "", "'d.png' has no label file", action),
    ]
