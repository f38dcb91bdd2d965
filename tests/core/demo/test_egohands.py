import re

import pytest

from boxwright.core.demo.egohands import SESSIONS, generate
from boxwright.core.read import read


def test_the_small_egohands_reads_as_the_original_does(tmp_path):
    generate(tmp_path / "egohands_data", videos=2, frames=2)
    dataset = read(tmp_path / "egohands_data")
    records = list(dataset)
    videos = ["CARDS_COURTYARD_B_T"] * 2 + ["CARDS_COURTYARD_T_B"] * 2
    assert [record.path.split("/")[0] for record in records] == videos
    assert all(re.fullmatch(r"\w+/frame_\d{4}\.jpg", record.path) for record in records)
    assert {(record.width, record.height, record.group) for record in records} == {
        (1280, 720, "CARDS_COURTYARD_BT")
    }
    assert dataset.problems == [] and dataset.labels == ("myleft", "myright", "yourleft", "yourright")
    assert all(40 <= len(box.polygons[0]) <= 200 for record in records for box in record.boxes)


def test_the_bytes_do_not_depend_on_the_number_of_workers(tmp_path):
    made = []
    for workers in (1, 2):
        target = tmp_path / str(workers) / "egohands_data"
        generate(target, videos=2, frames=1, workers=workers)
        files = sorted(path for path in target.rglob("*") if path.is_file())
        made.append({path.relative_to(target): path.read_bytes() for path in files})
    assert len(made[0]) == 6 and made[0] == made[1]


def test_the_sessions_are_the_24_of_the_original():
    assert len(set(SESSIONS)) == 24
    assert all(re.fullmatch(r"[A-Z]+_[A-Z]+_[BHST]_[BHST]", session) for session in SESSIONS)


@pytest.mark.parametrize(
    "counts, fact",
    [
        ({"videos": 49}, "videos = 49: EgoHands has 1 to 48"),
        ({"videos": 0}, "videos = 0: EgoHands has 1 to 48"),
        ({"frames": 2701}, "frames = 2701: a video has 1 to 2700"),
    ],
)
def test_more_than_the_original_has_is_refused(tmp_path, counts, fact):
    with pytest.raises(ValueError) as caught:
        generate(tmp_path / "x", **counts)
    assert str(caught.value) == fact
