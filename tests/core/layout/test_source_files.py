"""The files of a source: one order, no junk, and a fingerprint that tells sources apart."""

import os
from pathlib import Path

import pytest

from boxwright.core.layout.source_files import (
    extensions,
    files,
    fingerprint,
    folder_named,
    folders,
    is_junk,
    names,
)


def fill(root: Path, **content: str) -> Path:
    """Files by name; two underscores stand for a folder's slash and the last one for the point."""
    for key, text in content.items():
        folder, _, name = key.rpartition("__")
        path = root.joinpath(*folder.split("__"), ".".join(name.rsplit("_", 1)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def listed(root: Path, extensions: set[str] | None = None) -> list[str]:
    return [path.relative_to(root).as_posix() for path in files(root, extensions)]


def test_files_come_folder_by_folder_in_sorted_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    fill(tmp_path, b_txt="", a_txt="", a__z_txt="", a__b__c_txt="", B_txt="")
    expected = ["B.txt", "a/b/c.txt", "a/z.txt", "a.txt", "b.txt"]
    assert listed(tmp_path) == expected
    scandir = os.scandir

    class Reversed:
        def __init__(self, path: Path) -> None:
            with scandir(path) as entries:
                self.entries = sorted(entries, key=lambda entry: entry.name, reverse=True)

        def __enter__(self) -> list["os.DirEntry[str]"]:
            return self.entries

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(os, "scandir", Reversed)
    assert listed(tmp_path) == expected


def test_names_are_those_of_the_files_in_the_same_order(tmp_path: Path):
    fill(tmp_path, b_txt="", a__z_txt="", a__b__c_txt="", c_md="")
    assert list(names(tmp_path, {".txt"})) == listed(tmp_path, {".txt"}) == ["a/b/c.txt", "a/z.txt", "b.txt"]


def test_extensions_are_told_in_any_case(tmp_path: Path):
    fill(tmp_path, a_XML="", b_xml="", c_txt="", d_xml__x_md="")
    assert listed(tmp_path, {".xml"}) == ["a.XML", "b.xml"]


@pytest.mark.parametrize(
    "name, junk",
    [
        (".DS_Store", True),
        ("._a.xml", True),
        ("Thumbs.db", True),
        ("desktop.ini", True),
        ("__MACOSX", True),
        (".git", True),
        ("a.xml", False),
        ("Thumbs", False),
        ("_LABELLED_SAMPLES", False),
    ],
)
def test_what_systems_leave_behind_is_junk(name: str, junk: bool):
    assert is_junk(name) is junk


def test_junk_is_not_listed(tmp_path: Path):
    for name in (".DS_Store", "._a.xml", "Thumbs.db", "a.xml"):
        (tmp_path / name).touch()
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "a.xml").touch()
    assert listed(tmp_path) == ["a.xml"]


def test_a_linked_folder_is_followed_under_its_own_name(tmp_path: Path):
    root = fill(tmp_path, images__a_txt="", root__b_txt="") / "root"
    (root / "one").symlink_to(tmp_path / "images")
    (root / "two").symlink_to(tmp_path / "images")
    assert listed(root) == ["b.txt", "one/a.txt", "two/a.txt"]


@pytest.mark.parametrize("links", [{"a/loop": "."}, {"a/up": ".."}, {"a/x": "../b", "b/y": "../a"}])
def test_a_loop_of_links_is_walked_once(tmp_path: Path, links: dict[str, str]):
    fill(tmp_path, a__1_txt="", b__2_txt="")
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    found = [name for name in listed(tmp_path)]
    assert {"a/1.txt", "b/2.txt"} <= set(found) and len(found) <= 4


def test_several_loops_at_once_do_not_hang(tmp_path: Path):
    fill(tmp_path, a__1_txt="")
    for number in range(20):
        (tmp_path / "a" / f"loop{number}").symlink_to("..")
    assert listed(tmp_path) == ["a/1.txt"]


def test_what_is_no_file_is_not_listed(tmp_path: Path):
    (tmp_path / "dead.txt").symlink_to("nowhere")
    (tmp_path / "self.txt").symlink_to("self.txt")
    os.mkfifo(tmp_path / "pipe.txt")  # opening it would wait for ever
    (tmp_path / "a.txt").touch()
    assert listed(tmp_path) == ["a.txt"]
    assert fingerprint(tmp_path)


def test_the_fingerprint_does_not_depend_on_where_the_source_lies(tmp_path: Path):
    one = fill(tmp_path / "one", a__b_xml="<x/>", c_jpg="pixels")
    two = fill(tmp_path / "two", a__b_xml="<x/>", c_jpg="pixels")
    assert fingerprint(one) == fingerprint(two)
    assert fingerprint(one / "a/b.xml") == fingerprint(two / "a/b.xml")


def test_the_fingerprint_stays_what_manifests_hold(tmp_path: Path):
    found = fingerprint(fill(tmp_path, a__b_xml="<x/>", c_jpg="pixels"))
    assert found == "07adf39cd53dc39e6de19ac70f0fb45c74aa10f836129253ab610cc13b76993c"


def change(root: Path, what: str) -> None:
    {
        "annotation": lambda: (root / "a/b.xml").write_text("<y/>"),
        "image size": lambda: (root / "c.jpg").write_text("more pixels"),
        "name": lambda: (root / "a/b.xml").rename(root / "a/d.xml"),
        "folder": lambda: (root / "a").rename(root / "b"),
        "new file": lambda: (root / "new.txt").touch(),
        "file gone": lambda: (root / "c.jpg").unlink(),
    }[what]()


@pytest.mark.parametrize("what", ["annotation", "image size", "name", "folder", "new file", "file gone"])
def test_a_change_of_the_source_changes_the_fingerprint(tmp_path: Path, what: str):
    fill(tmp_path, a__b_xml="<x/>", c_jpg="pixels")
    before = fingerprint(tmp_path)
    change(tmp_path, what)
    assert fingerprint(tmp_path) != before


def test_the_time_of_a_file_junk_and_pixels_of_the_same_length_do_not_count(tmp_path: Path):
    fill(tmp_path, a__b_xml="<x/>", c_jpg="pixels")
    before = fingerprint(tmp_path)
    os.utime(tmp_path / "a/b.xml", (0, 0))
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "c.jpg").write_text("PIXELS")
    assert fingerprint(tmp_path) == before


@pytest.mark.parametrize("name", ["a.tfrecord", "a.tfrecord-00000-of-00002", "A.PNG"])
def test_bulky_files_are_not_read(tmp_path: Path, name: str):
    (tmp_path / name).write_text("12345")
    before = fingerprint(tmp_path)
    (tmp_path / name).write_text("54321")
    assert fingerprint(tmp_path) == before


def test_a_name_that_is_no_text_has_a_fingerprint(tmp_path: Path):
    before = fingerprint(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).touch()
    assert fingerprint(tmp_path) != before


def test_folders_are_found_by_the_likeliest_name_in_any_case(tmp_path: Path):
    fill(tmp_path, Labels__a_txt="", images__B_JPG="", __MACOSX__a_txt="", _git__a_txt="")
    assert folder_named(tmp_path, ("label_2", "labels", "images")) == tmp_path / "Labels"
    assert folder_named(tmp_path, ("data",)) is None is folder_named(tmp_path / "gone", ("data",))
    assert [path.name for path in folders(tmp_path) if path.name in ("Labels", "images")] == [
        "Labels",
        "images",
    ]
    assert extensions(tmp_path / "images") == {".jpg"}
