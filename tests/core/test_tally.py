"""Counting a pass: from zero each time, problems handed on once, losses by field."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from boxwright.core.adapter import KEEPABLE
from boxwright.core.errors import AnnotationError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Policy, Problem
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.tally import EXAMPLES, Range, Tally


def box(label: str = "cat", width: float = 2, **fields: object) -> Box:
    return Box(**{"label": label, "x_min": 0, "y_min": 0, "x_max": width, "y_max": 4, **fields})


def record(path: str, *boxes: Box, **fields: object) -> ImageRecord:
    return ImageRecord(**{"path": path, "width": 20, "height": 10, "boxes": boxes, **fields})


def problem(number: int, code: str = "box_empty", action: str = "skip") -> Problem:
    return Problem(code=code, path="a.txt", where=str(number), message="x", action=action)  # type: ignore[arg-type]


def passed(tally: Tally, *records: ImageRecord) -> Tally:
    assert list(tally.counting(Dataset(None, lambda: iter(records)))) == list(records)
    return tally


def lost(tally: Tally) -> list[str]:
    return [str(loss) for loss in tally.losses]


def test_a_range_of_nothing_is_none():
    found = Range()
    assert found.as_dict() is None
    found.add(3)
    found.add(1, 2.5)
    assert found.as_dict() == {"least": 1, "mean": 2.167, "greatest": 3}


def test_images_boxes_labels_splits_and_sizes_are_counted():
    tally = passed(
        Tally(),
        record("a", box("cat"), box("dog", 6), split="train"),
        record("b", box("cat", 4), split="val", ignored=(box("DontCare"),)),
        record("c", split="val", width=30, height=40),
        record("d", width=None, height=None),
    )
    assert (tally.images, tally.boxes, tally.ignored, tally.empty) == (4, 3, 1, 2)
    assert tally.labels == {"cat": 2, "dog": 1}
    assert tally.splits == {"train": 1, "val": 2}
    assert tally.boxes_by_split == {"train": 2, "val": 1}
    assert tally.widths.as_dict() == {"least": 20, "mean": 23.333, "greatest": 30}
    assert tally.heights.as_dict() == {"least": 10, "mean": 20, "greatest": 40}
    assert tally.box_widths.as_dict() == {"least": 2, "mean": 4, "greatest": 6}
    assert tally.box_heights.as_dict() == {"least": 4, "mean": 4, "greatest": 4}
    assert tally.boxes_per_image.as_dict() == {"least": 0, "mean": 0.75, "greatest": 2}


def test_each_pass_counts_from_zero():
    tally = Tally(keeps=frozenset(), adapter="x")
    counted = tally.counting(Dataset(None, lambda: iter([record("a", box(score=1), split="val", group="g")])))
    for _ in range(2):
        list(counted)
        assert (tally.images, tally.boxes, dict(tally.splits)) == (1, 1, {"val": 1})
        assert lost(tally) == [
            "1 group: x has no place for it",
            "1 score: x has no place for it",
            "1 split: x has no place for it",
        ]


THERE, LOST = ImageFile(Path("a.jpg")), None


@pytest.mark.parametrize(
    "files, missing, imageless",
    [
        ([LOST], 1, True),
        ([], 1, True),  # skipped
        ([LOST], 0, False),  # a source without images
        ([LOST, THERE], 1, False),
        ([THERE], 3, False),  # the others skipped
    ],
)
def test_images_are_looked_for_where_not_one_is_there(
    files: list[ImageFile | None], missing: int, imageless: bool
):
    tally = passed(Tally(), *(record(f"{number}.jpg", file=file) for number, file in enumerate(files)))
    for number in range(missing):
        tally.problem(problem(number, "missing_image"))
    assert tally.imageless is imageless


def test_problems_are_counted_by_code_and_action_with_the_first_examples():
    tally = Tally()
    for number in range(5):
        tally.problem(problem(number))
    tally.problem(problem(9, action="keep"))
    assert {key: (found.count, found.effect) for key, found in tally.problems.items()} == {
        ("box_empty", "skip"): (5, "box dropped"),
        ("box_empty", "keep"): (1, "kept"),
    }
    assert tally.problems["box_empty", "skip"].examples == [problem(number) for number in range(EXAMPLES)]


def test_problems_of_the_first_counted_pass_alone_are_handed_on():
    handed: list[Problem] = []
    tally = Tally(on_problem=handed.append)

    def scan() -> Iterator[ImageRecord]:
        tally.problem(problem(1))
        yield record("a")

    source = Dataset(None, scan)
    list(source)  # a pass that nobody counts, such as one that draws a split
    counted = tally.counting(source)
    list(counted)
    list(counted)
    assert handed == [problem(1)]
    assert tally.problems["box_empty", "skip"].count == 1


FIELDS = {
    "difficult": True,
    "truncated": 0.0,
    "occluded": 0,
    "crowd": True,
    "group_of": True,
    "polygons": [[(0, 0), (1, 0), (1, 1)]],
    "area": 0.0,
    "pose": "Left",
    "score": 0.0,
    "cuboid": {"x": 1},
    "attributes": {"colour": "red"},
}


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_of_a_box_is_lost_unless_it_is_kept(name: str):
    image = record("a", box(**{name: FIELDS[name]}), box())
    assert lost(passed(Tally(keeps=frozenset(), adapter="yolo"), image)) == [
        f"1 {name}: yolo has no place for it"
    ]
    assert lost(passed(Tally(keeps=frozenset({name}), adapter="yolo"), image)) == []


@pytest.mark.parametrize(
    "name, value",
    [("split", "val"), ("group", "g"), ("source_id", "7"), ("attributes", {"k": 1}), ("ignored", (box(),))],
)
def test_a_field_of_an_image_is_lost_unless_it_is_kept(name: str, value: object):
    image = record("a", **{name: value})
    assert lost(passed(Tally(keeps=frozenset(), adapter="yolo"), image)) == [
        f"1 {name}: yolo has no place for it"
    ]
    assert lost(passed(Tally(keeps=frozenset({name}), adapter="yolo"), image)) == []


def test_a_kept_region_loses_its_fields_as_a_box_does_and_a_lost_one_is_lost_whole():
    image = record("a", ignored=(box(score=0.5),))
    assert lost(passed(Tally(keeps=KEEPABLE - {"score"}, adapter="x"), image)) == [
        "1 score: x has no place for it"
    ]
    assert lost(passed(Tally(keeps=frozenset(), adapter="x"), image)) == ["1 ignored: x has no place for it"]


def test_looking_loses_nothing():
    assert lost(passed(Tally(), record("a", box(score=1), split="val"))) == []


def test_a_group_in_two_splits_is_told_once():
    handed: list[Problem] = []
    images = [record(f"{n}", group="g", split=name) for n, name in enumerate(["val", "val", "train", "test"])]
    tally = passed(Tally(on_problem=handed.append), *images, record("x", group="h", split="val"))
    expected = Problem(
        code="split_overlap", path="2", where="", message="group g is in val and in train", action="keep"
    )
    assert handed == [expected] and tally.overlapping_groups == {"g"}


def test_a_group_in_two_splits_can_be_an_error():
    images = [record("a", group="g", split="val"), record("b", group="g", split="train")]
    tally = Tally(policy=Policy(strict=True))
    with pytest.raises(AnnotationError) as caught:
        passed(tally, *images)
    assert str(caught.value) == "b: split_overlap: group g is in val and in train"


def test_images_without_group_or_split_overlap_with_nothing():
    images = [
        record("a", split="val"),
        record("b", split="train"),
        record("c", group="g"),
        record("d", group="g"),
    ]
    assert passed(Tally(), *images).problems == {}


def test_labels_that_are_one_word_to_a_person_are_reported_once_a_pass():
    labels = ("Traffic light", "traffic_light", "Traffic light", "light")
    found: list[Problem] = []
    passed(
        Tally(on_problem=found.append),
        *(record(str(number), box(label)) for number, label in enumerate(labels)),
    )
    assert [str(problem) for problem in found] == [
        "labels: similar_labels: 'Traffic light' 2, 'traffic_light' 1; "
        '--map "traffic_light=Traffic light" makes them one (kept)'
    ]
