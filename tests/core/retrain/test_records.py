import json
from pathlib import Path

import pytest

from boxwright.core.retrain.records import MADE, OWN, usual_split


def data_set(folder: Path, splits: list[str | None]) -> Path:
    """A data set of our own format, each image in a split."""
    lines = [
        {"path": f"{number}.png", "width": 8, "height": 8, **({"split": split} if split else {})}
        for number, split in enumerate(splits)
    ]
    path = folder / "pets.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("splits", "usual"),
    [
        (["train", "val"], OWN),
        (["test", "train"], OWN),
        ([None, None], MADE),
        (["train", "train"], MADE),
        (["train", None], MADE),
        (["val", "test"], MADE),
    ],
)
def test_a_split_of_its_own_has_both_sides(tmp_path: Path, splits: list[str | None], usual: str):
    assert usual_split(data_set(tmp_path, splits), "jsonl", {}) == usual
