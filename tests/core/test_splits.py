"""Splits: groups stay whole, sizes are met, and nothing but the seed and the names decides."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.errors import OptionError
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.splits import Split, parse_split, split


def record(
    path: str, group: str | None = None, labels: Iterable[str] = (), was: str | None = None
) -> ImageRecord:
    boxes = tuple(Box(label=label, x_min=0, y_min=0, x_max=1, y_max=1) for label in labels)
    return ImageRecord(path=path, width=9, height=9, boxes=boxes, group=group, split=was)


def grouped(*sizes: int) -> list[ImageRecord]:
    """Groups of so many images."""
    return [
        record(f"{group}/{image}", f"g{group}") for group, size in enumerate(sizes) for image in range(size)
    ]


def images(count: int) -> list[ImageRecord]:
    return [record(f"{number}.jpg") for number in range(count)]


def splits(records: Iterable[ImageRecord], wanted: str, seed: int = 0) -> dict[str, str | None]:
    records = list(records)
    made = split(Dataset(None, lambda: iter(records)), parse_split(wanted), seed)
    return {found.path: found.split for found in made}


def counts(records: Iterable[ImageRecord], wanted: str, seed: int = 0) -> dict[str | None, int]:
    return dict(Counter(splits(records, wanted, seed).values()))


# The text of an option.


@pytest.mark.parametrize(
    "text, method, sizes",
    [
        ("source", "source", {"val": 0.2}),
        ("group", "group", {"val": 0.2}),
        ("session", "group", {"val": 0.2}),
        ("random:val=500", "random", {"val": 500}),
        ("stratified:val=0.1,test=0.15", "stratified", {"val": 0.1, "test": 0.15}),
        ("group:val=0.1, test=1", "group", {"val": 0.1, "test": 1}),
        ("official", "official", {"val": 0.2}),
    ],
)
def test_a_split_is_a_method_with_sizes(text: str, method: str, sizes: dict[str, float]):
    assert parse_split(text) == Split(method=method, sizes=sizes)


@pytest.mark.parametrize(
    "size", ["val", "val=", "=0.1", "val=x", "val=0", "val=-1", "val=1.5", "val=nan", "val=inf"]
)
def test_what_is_no_size_is_named(size: str):
    with pytest.raises(OptionError) as caught:
        parse_split(f"random:{size}")
    fact = f"--split random:{size}: {size!r} is no size"
    assert str(caught.value) == f"{fact}\n  hint: val=0.1 is a share, val=500 a count"


def test_a_split_cannot_have_two_sizes():
    with pytest.raises(OptionError) as caught:
        parse_split("random:val=0.1,val=0.2")
    assert str(caught.value) == "--split random:val=0.1,val=0.2: a split stands here twice"


# The source's own splits.


def test_the_sources_splits_stay_unless_told_otherwise():
    records = [record("a", was="val"), record("b")]
    assert splits(records, "source") == {"a": "val", "b": None}
    assert splits(records, "none") == {"a": None, "b": None}


def test_a_data_sets_own_split_is_asked_for_each_record():
    records = [record("a"), record("b")]
    own = {"official": lambda found: "test" if found.path == "a" else None}
    made = split(Dataset(("cat",), lambda: iter(records)), parse_split("official"), 0, own)
    assert [found.split for found in made] == ["test", None] and made.labels == ("cat",)


@pytest.mark.parametrize("method", ["source", "none", "official"])
def test_sizes_for_a_split_that_is_given_are_refused(method: str):
    with pytest.raises(OptionError) as caught:
        split(
            Dataset(None, lambda: iter(())), parse_split(f"{method}:val=0.5"), 0, {"official": lambda _: None}
        )
    assert str(caught.value) == f"split {method!r} takes no sizes\n  hint: group, stratified and random do"


@pytest.mark.parametrize(
    "method, message",
    [
        (
            "grup",
            "no split 'grup'; did you mean 'group'? known: source, none, group, stratified, random, official",
        ),
        ("xyz", "no split 'xyz'; known: source, none, group, stratified, random, official"),
    ],
)
def test_an_unknown_method_is_named_with_those_there_are(method: str, message: str):
    with pytest.raises(OptionError) as caught:
        split(Dataset(None, lambda: iter(())), Split(method=method), 0, {"official": lambda _: None})
    assert str(caught.value) == message


# Sizes.


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ("random:val=30", {"val": 30, "train": 70}),
        ("random:val=0.3", {"val": 30, "train": 70}),
        ("random:val=1,test=2", {"val": 1, "test": 2, "train": 97}),
        ("random:val=0.1,test=0.25", {"val": 10, "test": 25, "train": 65}),
        ("random:train=0.9,val=0.1", {"val": 10, "train": 90}),
        ("random:val=0.001", {"val": 1, "train": 99}),
        ("random:val=0.123", {"val": 12, "train": 88}),
        ("group", {"val": 20, "train": 80}),
    ],
)
def test_counts_of_single_images_are_exact(wanted: str, expected: dict[str, int]):
    assert counts(images(100), wanted) == expected


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ("group:val=3", {"val": 15, "train": 35}),
        ("group:val=0.3", {"val": 15, "train": 35}),
        ("group:val=0.29,test=0.21", {"val": 15, "test": 10, "train": 25}),
        ("group:val=0.01", {"val": 5, "train": 45}),
    ],
)
def test_counts_of_equal_groups_are_exact(wanted: str, expected: dict[str, int]):
    assert counts(grouped(*[5] * 10), wanted) == expected


@pytest.mark.parametrize("seed", range(5))
def test_a_dominating_group_does_not_swallow_a_small_share(seed: int):
    assert counts(grouped(900, *[10] * 10), "group:val=0.1", seed) == {"val": 100, "train": 900}


def test_where_every_group_is_too_big_a_share_gets_the_smallest():
    assert counts(grouped(50, 40, 60), "group:val=0.01") == {"val": 40, "train": 110}


def test_random_ignores_groups_as_it_says():
    found = splits(grouped(*[50] * 4), "random:val=100")
    assert all({found[f"{group}/{image}"] for image in range(50)} == {"train", "val"} for group in range(4))


@pytest.mark.parametrize(
    "records, wanted, message",
    [
        (images(10), "random:val=10", "split sizes val=10 leave nothing for train: there are 10 images"),
        (images(10), "random:val=500", "split sizes val=500 leave nothing for train: there are 10 images"),
        (images(0), "random:val=5", "split sizes val=5 leave nothing for train: there are 0 images"),
        (
            grouped(2, 2),
            "group:a=0.5,b=0.5",
            "split sizes a=0.5, b=0.5 leave nothing for train: there are 2 groups",
        ),
        (grouped(9), "group", "split sizes val=0.2 leave nothing for train: there are 1 groups"),
        (
            grouped(5, 5),
            "group:a=0.1,b=0.1",
            "split sizes a=0.1, b=0.1 leave nothing for train: there are 2 groups",
        ),
        (
            grouped(5, 5),
            "stratified:val=0.01",
            "split sizes val=0.01 leave nothing for val: there are 2 groups",
        ),
        (
            images(10),
            "random:train=0.5,val=0.1",
            "split sizes train=0.5, val=0.1 do not add up to the whole\n"
            "  hint: leave train out: it gets the rest",
        ),
    ],
)
def test_sizes_that_do_not_fit_are_refused(records: list[ImageRecord], wanted: str, message: str):
    with pytest.raises(OptionError) as caught:
        splits(records, wanted)
    assert str(caught.value) == message


def test_nothing_can_be_split_by_shares():
    assert splits([], "group") == splits([], "stratified") == {}


# Groups.

GROUPS = st.lists(st.integers(1, 9), min_size=4, max_size=15)


@given(
    GROUPS, st.sampled_from(["group:val=0.3", "group:val=1,test=1", "stratified:val=2"]), st.integers(0, 5)
)
def test_a_group_never_straddles(sizes: list[int], wanted: str, seed: int):
    found: defaultdict[str, set[str | None]] = defaultdict(set)
    try:
        made = splits(grouped(*sizes), wanted, seed)
    except OptionError as error:  # too few groups for these shares
        assert "leave nothing for" in str(error)
        return
    for path, name in made.items():
        found[path.split("/")[0]].add(name)
    assert all(len(names) == 1 for names in found.values())


@given(GROUPS, st.floats(0.05, 0.6), st.integers(0, 5))
def test_a_share_is_missed_by_less_than_one_group(sizes: list[int], share: float, seed: int):
    found = counts(grouped(*sizes), f"group:val={share}", seed)
    # One group more or less than wanted, and never nothing.
    assert abs(found["val"] - share * sum(sizes)) < max(sizes)


def test_an_image_without_group_stands_alone_even_beside_a_group_of_its_name():
    records = [record("a", "g0"), record("b", "g1"), record("g0"), record("g1")]
    assert any(
        made["a"] != made["g0"] for made in (splits(records, "group:val=2", seed) for seed in range(9))
    )


# What decides.


@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["random:val=0.3", "group:val=0.3", "stratified:val=0.3"]),
)
def test_the_order_of_the_records_does_not_matter(shuffler: random.Random, wanted: str):
    records = [
        record(f"{group}/{image}", f"g{group}", ["cat"] * (group % 3) + ["dog"] * (image % 2))
        for group in range(8)
        for image in range(4)
    ]
    expected = splits(records, wanted)
    shuffler.shuffle(records)
    assert splits(records, wanted) == expected


@pytest.mark.parametrize("method", ["random", "group", "stratified"])
def test_a_seed_decides(method: str):
    records = grouped(*[2] * 50)
    wanted = f"{method}:val=0.3"
    assert splits(records, wanted, 1) == splits(records, wanted, 1) != splits(records, wanted, 2)


def test_every_image_is_drawn_at_some_seed():
    drawn = {
        path
        for seed in range(30)
        for path, name in splits(images(10), "random:val=3", seed).items()
        if name == "val"
    }
    assert drawn == {found.path for found in images(10)}


def test_a_made_split_costs_one_pass_at_once_and_is_repeatable():
    passes = []

    def scan():
        passes.append(1)
        yield from images(10)

    made = split(Dataset(None, scan), parse_split("random:val=2"), 0)
    assert len(passes) == 1
    assert list(made) == list(made) and len(passes) == 3


# Stratified.


def skewed(seed: int) -> list[ImageRecord]:
    """60 groups of 1 to 12 images; one box in 100 is rare, three in 10 are common, the others usual."""
    draw = random.Random(seed)
    weights = {"usual": 69, "common": 30, "rare": 1}
    return [
        record(f"{group}/{image}", f"g{group}", draw.choices(list(weights), list(weights.values()), k=4))
        for group in range(60)
        for image in range(draw.randint(1, 12))
    ]


def boxes_by_split(records: list[ImageRecord], wanted: str, seed: int) -> dict[str | None, Counter[str]]:
    made = splits(records, wanted, seed)
    found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
    for one in records:
        found[made[one.path]].update(box.label for box in one.boxes)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_stratified_shares_are_close_to_what_is_wanted_for_every_label(seed: int):
    records = skewed(seed)
    total: Counter[str] = Counter(box.label for found in records for box in found.boxes)
    found = boxes_by_split(records, "stratified:val=0.2,test=0.1", seed)
    for name, share in (("val", 0.2), ("test", 0.1), ("train", 0.7)):
        for label in ("usual", "common"):
            assert abs(found[name][label] / total[label] - share) < 0.05
        # Of a rare label each split gets its part to within a group's few.
        assert abs(found[name]["rare"] - share * total["rare"]) <= 3
    assert found["val"]["rare"] and found["test"]["rare"]


def test_stratified_is_closer_than_drawing_groups():
    def miss(wanted: str) -> float:
        total = 0.0
        for seed in range(6):
            records = skewed(seed)
            found = boxes_by_split(records, wanted, seed)
            for label, count in Counter(box.label for one in records for box in one.boxes).items():
                total += abs(found["val"][label] / count - 0.2)
        return total

    assert miss("stratified:val=0.2") < miss("group:val=0.2") / 2


def test_stratified_puts_a_label_of_few_groups_into_every_split():
    records = [record(f"{number}.jpg", None, ["rare"] if number < 5 else ["usual"]) for number in range(100)]
    found = boxes_by_split(records, "stratified:val=0.2", 0)
    assert found["val"] == {"rare": 1, "usual": 19} and found["train"] == {"rare": 4, "usual": 76}


def test_stratified_shares_out_images_without_boxes_too():
    assert counts(images(100), "stratified:val=0.2,test=0.1") == {"val": 20, "test": 10, "train": 70}
