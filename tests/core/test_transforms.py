"""Transforms: what they keep, what they leave out and count, and that they are lazy and repeatable."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.errors import OptionError
from boxwright.core.schema import Box, Dataset, ImageRecord, Info
from boxwright.core.transforms import Dropped, Transforms, lot, transform


def box(label: str, width: float = 10, height: float = 10) -> Box:
    return Box(label=label, x_min=0, y_min=0, x_max=width, y_max=height)


def record(path: str, *boxes: Box | str) -> ImageRecord:
    made = tuple(box(found) if isinstance(found, str) else found for found in boxes)
    return ImageRecord(path=path, width=20, height=20, boxes=made)


def dataset(*records: ImageRecord, labels: tuple[str, ...] | None = None) -> Dataset:
    return Dataset(labels, lambda: iter(records), Info(name="pets"))


def labels_by_image(found: Dataset) -> dict[str, list[str]]:
    return {record.path: [box.label for box in record.boxes] for record in found}


PETS = dataset(record("a", "cat", "dog"), record("b", "dog"), record("c"))


def test_without_transforms_nothing_changes():
    dropped = Dropped()
    assert transform(PETS, Transforms(), 0, dropped) is PETS and not dropped


def test_several_labels_become_one_and_two_can_change_places():
    merged = transform(PETS, Transforms(map={"cat": "pet", "dog": "pet"}), 0, Dropped())
    assert labels_by_image(merged) == {"a": ["pet", "pet"], "b": ["pet"], "c": []}
    swapped = transform(PETS, Transforms(map={"cat": "dog", "dog": "cat"}), 0, Dropped())
    assert labels_by_image(swapped) == {"a": ["dog", "cat"], "b": ["cat"], "c": []}


def test_declared_labels_are_renamed_in_their_order_and_merged():
    declared = dataset(labels=("dog", "bird", "cat"))
    assert transform(declared, Transforms(map={"dog": "pet", "cat": "pet"}), 0, Dropped()).labels == (
        "pet",
        "bird",
    )
    assert transform(PETS, Transforms(map={"cat": "pet"}), 0, Dropped()).labels == ("dog", "pet")


def test_only_the_wanted_labels_stay_in_the_wanted_order():
    dropped = Dropped()
    found = transform(PETS, Transforms(only=("dog",)), 0, dropped)
    assert labels_by_image(found) == {"a": ["dog"], "b": ["dog"], "c": []}
    assert dropped == {"boxes of other labels": 1}
    assert transform(PETS, Transforms(only=("dog", "cat", "dog")), 0, dropped).labels == ("dog", "cat")


def test_labels_are_selected_after_they_were_renamed():
    found = transform(PETS, Transforms(map={"cat": "pet"}, only=("pet",)), 0, Dropped())
    assert labels_by_image(found) == {"a": ["pet"], "b": [], "c": []}


@pytest.mark.parametrize(
    "transforms, message",
    [
        (Transforms(map={"cta": "x"}), "no box is labelled 'cta'; did you mean 'cat'? labels are cat, dog"),
        (Transforms(only=("horse",)), "no box is labelled 'horse'; labels are cat, dog"),
        (Transforms(map={"cat": "x"}, only=("cat",)), "no box is labelled 'cat'; labels are dog, x"),
    ],
)
def test_a_label_that_no_box_has_is_an_error_when_a_pass_ends(transforms: Transforms, message: str):
    found = iter(transform(PETS, transforms, 0, Dropped()))
    assert len([next(found) for _ in range(3)]) == 3
    with pytest.raises(OptionError) as caught:
        next(found)
    assert str(caught.value) == message


def test_a_declared_label_without_a_box_may_be_named():
    declared = dataset(record("a", "cat"), labels=("cat", "dog"))
    assert list(transform(declared, Transforms(map={"dog": "x"}, only=("cat", "x")), 0, Dropped()))


def test_boxes_are_small_by_their_shorter_side():
    boxes = [box("a", 5, 9), box("b", 9, 4.5), box("c", 4.999, 4.999), box("d", 5, 5)]
    dropped = Dropped()
    found = transform(dataset(record("a", *boxes)), Transforms(min_size=5), 0, dropped)
    assert labels_by_image(found) == {"a": ["a", "d"]} and dropped == {"small boxes": 2}


def test_images_are_empty_after_all_that_drops_boxes():
    dropped = Dropped()
    found = transform(PETS, Transforms(only=("cat",), drop_empty=True), 0, dropped)
    assert labels_by_image(found) == {"a": ["cat"]}
    assert dropped == {"boxes of other labels": 2, "images without boxes": 2}


def many(count: int) -> Dataset:
    return dataset(*(record(f"{number:04}.jpg", "cat") for number in range(count)))


@pytest.mark.parametrize("sample, count", [(1, 1), (7, 7), (0.25, 25), (0.999, 100), (100, 100), (5000, 100)])
def test_a_sample_is_a_share_or_a_number_of_images_in_reading_order(sample: float, count: int):
    dropped = Dropped()
    paths = [found.path for found in transform(many(100), Transforms(sample=sample), 0, dropped)]
    assert len(paths) == len(set(paths)) == count and paths == sorted(paths)
    assert dropped == {"images not sampled": 100 - count}


def test_a_seed_decides_the_sample_and_the_order_of_reading_does_not():
    def sampled(seed: int, records: Iterator[ImageRecord]) -> set[str]:
        found = transform(dataset(*records), Transforms(sample=20), seed, Dropped())
        return {record.path for record in found}

    assert sampled(1, iter(many(100))) == sampled(1, reversed(list(many(100))))
    assert sampled(1, iter(many(100))) != sampled(2, iter(many(100)))


def test_a_greater_sample_holds_the_smaller_one():
    small, great = (
        {found.path for found in transform(many(50), Transforms(sample=size), 3, Dropped())}
        for size in (10, 20)
    )
    assert small < great


def test_a_limit_takes_the_first_images_and_still_reads_all():
    read: list[str] = []

    def scan() -> Iterator[ImageRecord]:
        for found in many(5):
            read.append(found.path)
            yield found

    dropped = Dropped()
    found = transform(Dataset(None, scan), Transforms(limit=2), 0, dropped)
    assert [record.path for record in found] == ["0000.jpg", "0001.jpg"]
    assert len(read) == 5 and dropped == {"images beyond the limit": 3}


def test_every_pass_counts_from_zero():
    dropped = Dropped()
    found = transform(
        PETS, Transforms(only=("cat",), min_size=1, drop_empty=True, sample=1, limit=1), 0, dropped
    )
    list(found)
    first = dict(dropped)
    list(found)
    assert first == dropped
    assert first["boxes of other labels"] == 2 and first["images without boxes"] == 2


def test_info_and_problems_are_those_of_the_source():
    found = transform(PETS, Transforms(only=("cat",), limit=1), 0, Dropped())
    assert found.info is PETS.info and found.problems is PETS.problems


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"sample": 0}, "sample = 0: a share below 1, or a number of images"),
        ({"sample": -3}, "sample = -3: a share below 1, or a number of images"),
        ({"sample": 2.5}, "sample = 2.5: a share below 1, or a number of images"),
        ({"sample": math.nan}, "sample = nan: a share below 1, or a number of images"),
        ({"sample": math.inf}, "sample = inf: a share below 1, or a number of images"),
        ({"limit": 0}, "limit = 0: a number of images, 1 or more"),
        ({"limit": -1}, "limit = -1: a number of images, 1 or more"),
        ({"min_size": -1}, "min_size = -1: a length in pixels, 0 or more"),
        ({"min_size": math.nan}, "min_size = nan: a length in pixels, 0 or more"),
    ],
)
def test_a_number_that_means_nothing_is_refused(fields: dict[str, float], message: str):
    with pytest.raises(OptionError) as caught:
        Transforms(**fields)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_lots_are_the_same_on_every_machine():
    assert lot(0, "a.jpg") == 0xE439D64AED980BAD  # printf '0\0a.jpg' | sha256sum | cut -c1-16
    assert lot(1, "a.jpg") == 0x8B978FCB1820E3C5


@given(st.integers(), st.text(st.characters()))
def test_every_name_has_a_lot_of_64_bits(seed: int, name: str):
    assert 0 <= lot(seed, name) < 2**64
