"""A short run of the fuzzing, always the same: none of its cases is anything but read or refused."""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.case import Case, case
from tests.fuzz.judge import verdict
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import data_set

SEED = 20  # `python -m tests.fuzz` begins with 0
CASES = 60  # of each reader: half a second; the other thousands are for `python -m tests.fuzz`

TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
NUMBERS = st.integers(-(10**400), 10**400) | st.floats() | st.integers(-2, 9)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=3),
)


@pytest.mark.parametrize("name", READERS)
def test_whatever_is_wrong_with_its_files_a_reader_reads_or_refuses_them(name: str, tmp_path: Path):
    reader, seeds = READERS[name], READERS[name].seeds()
    for number in range(CASES):
        made = case(name, seeds, SEED, number)
        found = verdict(reader, made, tmp_path / "data")
        assert found.fault == "", f"{made.name}: {found.fault}"


@pytest.mark.parametrize("name", READERS)
def test_the_files_that_mutations_start_from_are_read(name: str, tmp_path: Path):
    found = verdict(READERS[name], Case(name, READERS[name].seeds(), Random(0)), tmp_path / "data")
    assert (found.fault, found.refused) == ("", False)


def test_a_case_is_the_same_each_time():
    files = data_set("kitti")
    assert [case("kitti", files, 1, number).files for number in range(9)] == [
        case("kitti", files, 1, number).files for number in range(9)
    ]


COCO = json.loads(data_set("coco")["annotations/instances_train.json"])
PLACES = [(part, key) for part in ("images", "annotations", "categories") for key in COCO[part][0]]


@settings(derandomize=True, max_examples=100)
@given(place=st.sampled_from([*PLACES, ("annotations", "other"), ("images", "other")]), value=JSON)
def test_any_json_may_stand_under_any_key_of_coco(
    place: tuple[str, str], value: object, tmp_path_factory: pytest.TempPathFactory
):
    part, key = place
    changed = {**COCO, part: [{**COCO[part][0], key: value}, *COCO[part][1:]]}
    made = Case("coco", {"a.json": json.dumps(changed).encode()}, Random(0))
    assert verdict(READERS["coco"], made, tmp_path_factory.getbasetemp() / "coco").fault == ""


LINES = data_set("jsonl")["annotations.jsonl"].splitlines()
RECORD = json.loads(LINES[1])


@settings(derandomize=True, max_examples=100)
@given(key=st.sampled_from([*RECORD, *RECORD["boxes"][0], "cuboid", "score", "attributes"]), value=JSON)
def test_any_json_may_stand_under_any_key_of_a_record(
    key: str, value: object, tmp_path_factory: pytest.TempPathFactory
):
    owner = RECORD if key in RECORD and key != "attributes" else RECORD["boxes"][0]
    boxes = RECORD["boxes"] if owner is RECORD else [{**owner, key: value}]
    record = {**RECORD, "boxes": boxes} if owner is not RECORD else {**RECORD, key: value}
    made = Case("jsonl", {"annotations.jsonl": LINES[0] + b"\n" + json.dumps(record).encode()}, Random(0))
    assert verdict(READERS["jsonl"], made, tmp_path_factory.getbasetemp() / "jsonl").fault == ""
