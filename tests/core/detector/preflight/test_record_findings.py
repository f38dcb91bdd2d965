from collections import Counter
from collections.abc import Callable

from boxwright.core.detector.input.record_check import BadRecord
from boxwright.core.detector.preflight.record_findings import (
    bad_record_findings,
    empty_findings,
    split_findings,
    unknown_finding,
)


def bad(number: int, kind: str = "image", fact: str = "is none") -> BadRecord:
    return BadRecord(path="x.tfrecord", number=number, kind=kind, fact=fact)


def test_each_kind_is_one_error_with_its_count_and_a_few_examples(surveyed: Callable):
    train = surveyed([], bad=tuple(bad(number) for number in range(5)))
    evaluation = surveyed([], bad=(bad(7, "classes", "image/object[0]: class 2 is no label of 1 classes"),))
    images, classes = bad_record_findings([train, evaluation])
    assert images.stops and images.fact == "no image that can be decoded: 5 of the records"
    assert images.examples == (
        "x.tfrecord: record[0]: is none",
        "x.tfrecord: record[1]: is none",
        "x.tfrecord: record[2]: is none",
        "and 2 more",
    )
    assert classes.stops and classes.fact == "objects of no class: 1 of the records"


def test_examples_are_different_facts_first(surveyed: Callable):
    found = surveyed([], bad=(bad(0), bad(1), bad(2), bad(3, fact="is empty")))
    [images] = bad_record_findings([found])
    assert images.examples[:2] == ("x.tfrecord: record[0]: is none", "x.tfrecord: record[3]: is empty")


def test_a_record_on_both_sides_is_told_once(surveyed: Callable):
    found = surveyed([], bad=(bad(0),))
    [images] = bad_record_findings([found, found])
    assert images.fact == "no image that can be decoded: 1 of the records"


def test_empty_splits_and_splits_without_objects_stop(surveyed: Callable):
    box = (0.0, 0.0, 1.0, 1.0)
    facts = [
        [finding.fact for finding in empty_findings(surveyed(*train), surveyed(*evaluation))]
        for train, evaluation in (([[box]], [[box]]), ([], []), ([[]], [[], []]))
    ]
    assert facts == [
        [],
        ["the training split holds no record", "the evaluation split holds no record"],
        [
            "no object is marked on any training image",
            "no object is marked on any of the 2 evaluation images",
        ],
    ]


def test_where_the_label_map_knows_no_object_its_names_are_told(surveyed: Callable):
    [finding] = empty_findings(surveyed([], unknown=Counter(Hand=2)), None)
    assert (finding.fact, finding.examples) == ("no object is marked on any training image", ("Hand",))


def test_classes_that_the_label_map_lacks_are_counted_and_stop_nothing(surveyed: Callable):
    box = (0.0, 0.0, 1.0, 1.0)
    train = surveyed([box], [box], unknown=Counter(nose=1, ear=4))
    [finding] = unknown_finding([train, surveyed([box], unknown=Counter(nose=1))])
    assert not finding.stops
    assert finding.fact == "6 of 9 objects are ignored: the label map does not name their class"
    assert finding.examples == ("ear: 4", "nose: 2")
    assert list(unknown_finding([surveyed([box])])) == []


def test_the_same_image_on_both_sides_is_named(surveyed: Callable):
    train = surveyed([], [], keys=("a", "b"))
    evaluation = surveyed([], [], keys=("c", "b"), names=("new.png", "copy.png"))
    [finding] = split_findings(train, evaluation)
    assert finding.fact == "1 of 2 evaluation images are also in training"
    assert finding.examples == ("copy.png",) and not finding.stops


def test_groups_on_both_sides_are_counted_with_their_images(surveyed: Callable):
    train = surveyed([], [], groups=("game 1", "game 2"), keys=("a", "b"))
    evaluation = surveyed([], [], [], groups=("game 2", "game 2", "game 3"), keys=("c", "d", "e"))
    [finding] = split_findings(train, evaluation)
    assert finding.fact == (
        "2 of 3 evaluation images have frames of theirs in training; groups on both sides: 1"
    )
    assert finding.examples == ("game 2",)


def test_images_without_a_group_share_none(surveyed: Callable):
    assert list(split_findings(surveyed([], keys=("a",)), surveyed([], keys=("b",)))) == []
