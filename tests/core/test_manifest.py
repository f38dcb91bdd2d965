"""The manifest: found again, and compared with what is wanted."""

import json
from pathlib import Path

import pytest

from boxwright.core.manifest import differences, manifest_in, manifest_name, write_manifest

PLAN = {
    "tool": "boxwright",
    "version": "1",
    "source": {"format": "coco"},
    "target": {"images": "copy"},
    "seed": 0,
}


def test_a_written_manifest_is_found_again(tmp_path: Path):
    write_manifest(tmp_path, "händs", {**PLAN, "images": 3})
    assert manifest_name("händs") == "händs_manifest.json"
    text = (tmp_path / "händs_manifest.json").read_text("utf-8")
    assert text.endswith("}\n") and '  "images": 3' in text
    assert manifest_in(tmp_path) == {**PLAN, "images": 3, "files": {"count": 0, "bytes": 0}}


def test_a_text_that_is_no_ascii_stays_readable(tmp_path: Path):
    write_manifest(tmp_path, "x", {"tool": "boxwright", "name": "hände"})
    assert "hände" in (tmp_path / "x_manifest.json").read_text("utf-8")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b'{"tool": "other"}', b'"boxwright"', b"[" * 10_000, None]
)
def test_a_manifest_that_is_not_ours_is_none(tmp_path: Path, content: bytes | None):
    path = tmp_path / "x_manifest.json"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    assert manifest_in(tmp_path) is None
    write_manifest(tmp_path, "y", PLAN)
    found = manifest_in(tmp_path)
    assert found is not None and differences(found, PLAN) == []


def test_what_is_no_folder_has_no_manifest(tmp_path: Path):
    (tmp_path / "file").touch()
    assert manifest_in(tmp_path / "file") is None
    assert manifest_in(tmp_path / "nowhere") is None


def test_a_plan_equals_its_manifest_once_it_went_through_json():
    plan = {**PLAN, "source": {"only": ("a", "b"), "share": 0.1, "none": None, "empty": {}}}
    manifest = {**json.loads(json.dumps(plan)), "images": 17, "shards": [1, 2]}
    assert differences(manifest, plan) == []


@pytest.mark.parametrize(
    "change, difference",
    [
        ({"seed": 1}, "seed: 0 there, 1 wanted"),
        ({"version": "2"}, "version: '1' there, '2' wanted"),
        ({"source": {"format": "voc"}}, "source.format: 'coco' there, 'voc' wanted"),
        ({"source": {"format": "coco", "o": {"p": [1]}}}, "source.o.p: None there, [1] wanted"),
        ({"source": None}, "source.format: 'coco' there, None wanted"),
        ({"target": {"images": ("x", "y")}}, "target.images: 'copy' there, ['x', 'y'] wanted"),
    ],
)
def test_each_difference_of_two_plans_is_told(change: dict[str, object], difference: str):
    assert differences(PLAN, {**PLAN, **change}) == [difference]


def test_several_differences_come_in_the_order_of_the_plan():
    wanted = {**PLAN, "seed": 5, "version": "2"}
    assert differences(PLAN, wanted) == ["version: '1' there, '2' wanted", "seed: 0 there, 5 wanted"]
