"""How a split would divide a data set, as a table."""

import json
from pathlib import Path

import pytest

from boxwright.core.errors import OptionError
from boxwright.core.split_table import split_table


@pytest.fixture
def games(tmp_path, monkeypatch) -> Path:
    """Five games of four frames, each frame with a hand and every other one with a cup."""
    monkeypatch.chdir(tmp_path)
    lines = ['{"format": "boxwright", "version": 1}']
    for game in range(5):
        for frame in range(4):
            labels = ["hand", "cup"][: 1 + frame % 2]
            boxes = [{"label": label, "x_min": 0, "y_min": 0, "x_max": 9, "y_max": 9} for label in labels]
            record = {"path": f"{game}/{frame}.jpg", "width": 9, "height": 9, "group": f"game {game}"}
            lines.append(json.dumps({**record, "boxes": boxes}))
    Path("games").mkdir()
    Path("games/annotations.jsonl").write_text("\n".join(lines))
    return Path("games")


def test_a_made_split_is_shown_with_its_groups_and_labels(games):
    assert (
        str(split_table(games, "group:val=0.2"))
        == """\
games (jsonl), split group:val=0.2, seed 0
  split    images   share     boxes   groups
  train        16   80.0%        24        4
  val           4   20.0%         6        1
  train: hand 16, cup 8
  val: hand 4, cup 2"""
    )


def test_a_split_that_leaks_is_told(games):
    table = split_table(games, "random:val=10")
    assert table.straddling == ["game 2", "game 3", "game 4"]
    assert str(table).splitlines()[-1] == "  groups in several splits: 3 (game 2, game 3, game 4)"


def test_images_without_a_split_are_a_part_of_their_own(games):
    assert (
        str(split_table(games, "source")).splitlines()[2] == "  (none)        20  100.0%        30        5"
    )


def test_the_same_seed_gives_the_same_table(games):
    first = str(split_table(games, "random:val=0.4", seed=3))
    assert first == str(split_table(games, "random:val=0.4", seed=3))


def test_an_option_that_the_format_lacks_is_told(games):
    with pytest.raises(OptionError, match="jsonl option origin: unknown; options are images"):
        split_table(games, "group", options={"origin": 1})


def test_splits_that_are_given_up_are_told(games):
    file = games / "annotations.jsonl"
    file.write_text(file.read_text().replace('"group"', '"split": "test", "group"'))
    assert str(split_table(games, "group:val=0.2")).splitlines()[-1] == (
        "  its own splits are not used: test 20 (--split source keeps them)"
    )
    assert "not used" not in str(split_table(games, "source"))
