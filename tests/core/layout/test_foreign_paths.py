"""Paths from elsewhere: the longest tail that is there, never outside of the root."""

from pathlib import Path

import pytest

from boxwright.core.layout.foreign_paths import below


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("images/a.jpg", "images/a.jpg"),
        ("./images/a.jpg", "images/a.jpg"),
        ("/home/me/set/images/a.jpg", "images/a.jpg"),
        ("C:\\sets\\images\\a.jpg", "images/a.jpg"),
        ("../images/a.jpg", "images/a.jpg"),
        ("data/a.jpg", None),
        ("../secret.jpg", None),
        ("images/../../secret.jpg", None),
        ("a\0.jpg", None),
        ("", None),
        ("/".join(["x"] * 100_000) + "/images/a.jpg", None),
    ],
)
def test_a_path_is_what_its_longest_tail_below_the_root_means(tmp_path: Path, text: str, found: str | None):
    (tmp_path / "root/images").mkdir(parents=True)
    (tmp_path / "root/images/a.jpg").touch()
    (tmp_path / "secret.jpg").touch()
    assert below(tmp_path / "root", text) == found
