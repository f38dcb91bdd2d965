"""Real data sets, where there are any: counts, exact boxes, and round trips that keep every byte."""

from collections import Counter

import pytest

import boxwright

ROUND_TRIPS = [("pascal_voc", "coco"), ("coco", "kitti"), ("pascal_voc", "tfrecord"), ("kitti", "jsonl")]


@pytest.fixture
def raccoon(real_data):
    return real_data / "raccoon"


def test_the_raccoons_are_read_without_a_problem(raccoon):
    dataset = boxwright.read(raccoon)
    records = {record.path: record for record in dataset}
    assert len(records) == 200 and sum(len(record.boxes) for record in records.values()) == 217
    assert [box.edges for box in records["raccoon-1.jpg"].boxes] == [(80, 87, 522, 408)]
    assert Counter(record.split for record in records.values()) == {"train": 160, "val": 40}
    assert dataset.problems == []


@pytest.mark.parametrize("inside", ["annotations", "images"])
def test_the_folder_that_people_take_for_the_root_gives_the_same(raccoon, inside):
    assert list(boxwright.read(raccoon / inside)) == list(boxwright.read(raccoon))


def test_dontcare_regions_are_ignored_but_kept(real_data):
    records = list(boxwright.read(real_data / "kitti_sample"))
    assert len(records) == 3
    assert {box.label for record in records for box in record.ignored} == {"DontCare"}
    assert "DontCare" not in {box.label for record in records for box in record.boxes}


def test_kitti_through_jsonl_gives_the_same_rows(real_data, tmp_path):
    boxwright.convert(real_data / "kitti_sample", tmp_path / "jsonl", to="jsonl")
    boxwright.convert(tmp_path / "jsonl", tmp_path / "kitti", to="kitti")
    for source in sorted((real_data / "kitti_sample/training/label_2").iterdir()):
        written = tmp_path / "kitti/training/label_2" / source.name
        assert _rows(written) == _rows(source)


def _rows(path):
    """The rows in the order of their numbers: an ignored region stands behind the objects when written."""
    rows = [line.split() for line in path.read_text().splitlines()]
    return sorted((row[0], *map(float, row[1:])) for row in rows)


@pytest.mark.parametrize(("first", "second"), ROUND_TRIPS)
def test_a_round_trip_keeps_every_box_and_every_byte(raccoon, tmp_path, first, second):
    start = tmp_path / "start"
    boxwright.convert(raccoon, start, to=first)
    boxwright.convert(start, tmp_path / "there", to=second)
    boxwright.convert(tmp_path / "there", tmp_path / "back", to=first)
    before, after = _by_path(start), _by_path(tmp_path / "back")
    assert len(before) == 200 and before.keys() == after.keys()
    for path, record in before.items():
        assert [(box.label, box.edges) for box in after[path].boxes] == [
            (box.label, box.edges) for box in record.boxes
        ]
        assert after[path].file.read() == record.file.read()


def _by_path(root):
    return {record.path: record for record in boxwright.read(root)}


def test_the_split_by_session_keeps_each_session_on_one_side(tmp_path):
    """On the generated EgoHands: a split by group has both views of a game together."""
    from boxwright.core.demo.egohands import generate

    generate(tmp_path / "egohands", videos=4, frames=1)
    boxwright.convert(tmp_path / "egohands", tmp_path / "out", to="jsonl", split="session:val=0.5")
    sides = {}
    for record in boxwright.read(tmp_path / "out"):
        sides.setdefault(record.group, set()).add(record.split)
    assert len(sides) == 2 and all(len(splits) == 1 for splits in sides.values())
    assert {split for splits in sides.values() for split in splits} == {"train", "val"}
