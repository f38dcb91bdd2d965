"""What two formats can hold, and what a format takes."""

from pathlib import Path

from boxwright.core.conformance import Limits
from boxwright.core.conformance.examples import HANDS, limits_of, plain_records
from boxwright.core.conformance.limits import PLAIN_PATHS, shared
from boxwright.core.plugins import adapters


def test_the_stricter_limits_are_shared():
    face = Limits(labels=("face",), tolerance=0.5, streams=False)
    both = shared(face, HANDS)
    assert (both.labels, both.paths, both.sizes) == ((), HANDS.paths, HANDS.sizes)
    assert (both.tolerance, both.streams) == (0.5, False)
    assert shared(Limits(labels=("face", "cat")), face).labels == ("face",)
    assert shared(Limits(), Limits()).paths == PLAIN_PATHS


def test_limits_are_found_by_trying(tmp_path: Path):
    assert limits_of(adapters()["jsonl"], tmp_path / "jsonl") == Limits()
    assert limits_of(adapters()["egohands"], tmp_path / "egohands") == HANDS


def test_plain_records_say_nothing_optional(tmp_path: Path):
    records = plain_records(Limits(), tmp_path, 3)
    assert [record.path for record in records] == ["a000.jpg", "frame 1001.jpg", "ü002.jpg"]
    assert [box.edges for box in records[0].boxes] == [(0, 0, 48, 32), (1, 1, 48, 32)]
    assert {(record.split, record.group, record.source_id) for record in records} == {(None, None, None)}
