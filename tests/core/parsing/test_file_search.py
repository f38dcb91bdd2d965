"""Looking into files without parsing them."""

import os
import re

from boxwright.core.parsing.file_search import JSON_LIST, JSON_OBJECT, looks_like


def test_the_start_and_all_patterns_must_be_there(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf \n{"a": 1, "b": 2}')
    assert looks_like(path, JSON_OBJECT, re.compile(b'"a"'), re.compile(b'"b"'))
    assert not looks_like(path, JSON_OBJECT, re.compile(b'"c"'))
    assert not looks_like(path, JSON_LIST)


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "empty.json").touch()
    assert not any(
        looks_like(tmp_path / name, JSON_OBJECT) for name in ("pipe.json", "empty.json", "none.json")
    )
