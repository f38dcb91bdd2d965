import os
from pathlib import Path

from boxwright.core.detector.preflight.decoded_before import decoded_before, remember


def test_the_same_files_are_known_until_one_changes(tmp_path: Path):
    one, two = tmp_path / "1.tfrecord", tmp_path / "2.tfrecord"
    one.write_bytes(b"one"), two.write_bytes(b"two")
    run = tmp_path / "run"
    assert not decoded_before(run, [str(one), str(two)])
    remember(run, [str(one), str(two)])
    assert decoded_before(run, [str(two), str(one)])
    assert not decoded_before(run, [str(one)])
    os.utime(two, ns=(0, 0))
    assert not decoded_before(run, [str(one), str(two)])


def test_a_note_that_cannot_be_read_is_none(tmp_path: Path):
    (tmp_path / "preflight.json").write_text("{")
    assert not decoded_before(tmp_path, [])
