"""The sentences of the page, whole, against numbers that a reader can count."""

import numpy as np
import pytest

from boxwright.core.html_report import answers
from boxwright.core.html_report.answers import Answer, percent
from boxwright.core.html_report.near_duplicates import NearDuplicates
from boxwright.core.tally import Tally


def texts(told):
    return [f"{answer.kind}: {answer.text}" for answer in told]


def near(across=(), within=(), compared=10, plain=0):
    return NearDuplicates(
        compared=compared, plain=plain, unreadable=0, across=dict(across), within=dict(within), pairs=()
    )


def test_rare_classes_are_named_with_their_images():
    told = answers.class_answers({"cat": 900, "dog": 9, "cow": 5}, {"cat": 800, "dog": 9, "cow": 4})
    assert texts(told) == [
        "warning: 2 of 3 classes are in at most 10 images: dog (9), cow (4). A detector hardly learns them.",
        "note: There are 180 times as many boxes of cat as of cow.",
    ]


def test_classes_below_a_hundred_images_are_noted():
    told = answers.class_answers({"cat": 900, "dog": 90}, {"cat": 800, "dog": 80})
    assert texts(told) == [
        "note: 1 of 2 classes is in at most 100 images: dog (80). A detector finds them less well.",
        "good: The most frequent class, cat, has 10.0 times the boxes of the rarest, dog.",
    ]


def test_a_data_set_without_a_box_is_told():
    assert texts(answers.class_answers({}, {})) == ["warning: There is not a single box."]


def test_boxes_per_image_are_told_with_their_median_and_the_empty_ones():
    assert texts(answers.count_answers({0: 1, 1: 2, 3: 1})) == [
        "good: Half of the images have 1 box or fewer, the fullest has 3.",
        "note: 1 image (25 %) without any box: right if they show no object, harmful if somebody forgot to"
        " label them.",
    ]


def test_small_boxes_are_told_with_the_setting_that_enlarges_them():
    sides = np.array([[10, 10]] * 41 + [[20, 20]] * 59, np.float32)
    [answer] = answers.size_answers(sides, 300, 300, "ssd")
    assert answer == Answer(
        "warning",
        "41 % of the boxes are smaller than 16 px in the 300 x 300 network of ssd: no more than one cell of"
        " its finest feature map.",
        "boxwright retrain SRC --model ssd --set model.ssd.image_resizer.fixed_shape_resizer.height=600"
        " --set model.ssd.image_resizer.fixed_shape_resizer.width=600",
    )


def test_boxes_that_no_anchor_comes_near_are_told():
    [answer] = answers.anchor_answers(np.array([0.4, 0.9, 0.9, 0.9, 0.9], np.float32), "ssd")
    assert answer.kind == "note"
    assert answer.text.startswith(
        "20 % of the boxes are far in size or shape from every anchor of ssd (overlap below 0.5)"
    )
    [answer] = answers.anchor_answers(np.array([0.9], np.float32), "ssd")
    assert answer.text == "No box is far in size or shape from every anchor of ssd (overlap below 0.5)."


def test_near_copies_across_splits_are_told_of_the_smaller_one():
    found = near({("val", "train"): 12, ("train", "val"): 13})
    told = list(answers.near_answers(found, {"train": 800, "val": 200}, 10, grouped=False))
    assert texts(told) == [
        "warning: 12 images of val are near copies of some in train: a score on val is too good. Take such"
        " images out of one of the two."
    ]
    [told] = answers.near_answers(found, {"train": 800, "val": 200}, 10, grouped=True)
    assert told.command == "boxwright split SRC DST --split group:val=0.2"


def test_images_that_were_not_compared_are_told():
    told = answers.near_answers(near(compared=20_000), {}, 118_287, grouped=False)
    assert texts(told) == [
        "good: No image is a near copy of another.",
        "note: 20,000 of 118,287 images were compared: those that have a file, of many an even spread. There"
        " may be more near copies.",
    ]


def test_a_class_that_a_split_lacks_and_a_shared_group_are_told():
    tally = Tally()
    tally.splits.update(train=5, val=2)
    tally.labels.update(cat=3, dog=1)
    tally.overlapping_groups = {"g2", "g1"}
    told = answers.split_answers(
        tally, {("train", "cat"): 2, ("train", "dog"): 1, ("val", "cat"): 1}, grouped=True
    )
    assert texts(told) == [
        "warning: 2 groups in several splits: g1, g2. A score is too good by what a detector knows of them.",
        "warning: val has no box of 1 class: dog.",
    ]


@pytest.mark.parametrize(
    "share, text",
    [(0, "0 %"), (0.001, "under 1 %"), (0.41, "41 %"), (0.999, "over 99 %"), (1, "100 %")],
)
def test_rounding_reaches_neither_none_nor_all(share, text):
    assert percent(share) == text
