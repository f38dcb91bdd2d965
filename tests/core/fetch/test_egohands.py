"""The fingerprint of EgoHands is git's."""

from pathlib import Path

import pytest

from boxwright.core.fetch.egohands import fault, git_blob


def test_the_fingerprint_is_what_git_calls_the_content(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"test content\n")
    # The example of https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    assert git_blob(tmp_path / "a") == "d670460b4b4aece5915caf5c68d12f560a9fe3e4"


@pytest.mark.parametrize(
    "there, said",
    [
        ([], "no EgoHands: it holds no metadata.mat"),
        (["metadata.mat"], "no EgoHands: it holds no _LABELLED_SAMPLES"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, there: list[str], said: str):
    for name in there:
        (tmp_path / name).touch()
    assert fault(tmp_path) == said
