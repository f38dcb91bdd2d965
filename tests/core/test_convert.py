"""Conversion: the same bytes each time, a second run is nothing, what is wrong leaves nothing behind."""

import json
import os
import shutil
from dataclasses import replace

import pytest
from PIL import Image

import boxwright
from boxwright.core.plugins import adapters
from boxwright.core.transforms import Transforms


@pytest.fixture
def source(tmp_path):
    """A jsonl data set of six images in three groups, one of them without boxes."""
    root = tmp_path / "zoo"
    (root / "images").mkdir(parents=True)
    lines = [{"format": "boxwright", "version": 1, "labels": None, "info": {}}]
    for number in range(6):
        Image.new("RGB", (64, 48), (40 * number, 90, 0)).save(root / f"images/{number}.jpg")
        label = {"label": "cat" if number % 2 else "dog", "x_min": 1, "y_min": 2, "x_max": 30, "y_max": 40}
        boxes = [label] if number else []
        lines.append(
            {"path": f"{number}.jpg", "width": 64, "height": 48, "boxes": boxes, "group": f"g{number // 2}"}
        )
    (root / "annotations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return root


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", ["coco", "jsonl", "kitti", "pascal_voc", "tfrecord"])
def test_the_same_conversion_writes_the_same_bytes(source, tmp_path, name):
    for target in ("one", "two"):
        boxwright.convert(source, tmp_path / target, to=name, split="group:val=1", name="zoo")
    assert contents(tmp_path / "one") == contents(tmp_path / "two") != {}


def test_the_order_of_the_file_system_does_not_matter(source, tmp_path):
    boxwright.convert(source, tmp_path / "voc", to="pascal_voc", name="zoo")
    shuffled = tmp_path / "shuffled"
    for path in sorted((tmp_path / "voc").rglob("*"), reverse=True):
        if path.is_file():
            copy = shuffled / path.relative_to(tmp_path / "voc")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
    for folder, target in (("voc", "a"), ("shuffled", "b")):
        boxwright.convert(tmp_path / folder, tmp_path / target, to="tfrecord", name="zoo")
    ours, theirs = contents(tmp_path / "a"), contents(tmp_path / "b")
    ours.pop("zoo_manifest.json"), theirs.pop("zoo_manifest.json")  # they name the two source folders
    assert ours == theirs != {}


def test_a_second_run_does_nothing(source, tmp_path):
    assert not boxwright.convert(source, tmp_path / "out", to="coco").unchanged
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert boxwright.convert(source, tmp_path / "out", to="coco").unchanged
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == before


def test_a_changed_annotation_is_noticed(source, tmp_path):
    boxwright.convert(source, tmp_path / "out", to="coco")
    file = source / "annotations.jsonl"
    file.write_text(file.read_text().replace('"x_min": 1', '"x_min": 3'))
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(source, tmp_path / "out", to="coco")
    assert "holds the result of another conversion: the source has changed\n" in str(caught.value)


@pytest.mark.parametrize(
    "format, given, changed",
    [
        ("coco", "annotations/instances_train.json", "images/1.jpg"),
        ("yolo", "data.yaml", "labels/train/1.txt"),
        ("pascal_voc", "Annotations", "JPEGImages/1.jpg"),
        ("kitti", "training/image_2", "training/label_2/1.txt"),
    ],
)
def test_what_belongs_to_a_part_that_is_given_counts(source, tmp_path, format, given, changed):
    boxwright.convert(source, tmp_path / "data", to=format, split="random:train=6")
    part, file = tmp_path / "data" / given, tmp_path / "data" / changed
    boxwright.convert(part, tmp_path / "out", format=format, to="csv")
    assert boxwright.convert(part, tmp_path / "out", format=format, to="csv").unchanged
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(part, tmp_path / "out", format=format, to="csv")
    assert "holds the result of another conversion: the source has changed\n" in str(caught.value)


@pytest.mark.parametrize("given", ["data.yaml", "labels"])
def test_a_target_inside_the_data_set_is_no_change_of_a_part_that_is_given(source, tmp_path, given):
    boxwright.convert(source, tmp_path / "data", to="yolo")
    for target in ("one", "two"):
        boxwright.convert(tmp_path / "data" / given, tmp_path / "data" / target, format="yolo", to="csv")
    assert boxwright.convert(
        tmp_path / "data" / given, tmp_path / "data/one", format="yolo", to="csv"
    ).unchanged


def test_a_source_is_opened_once(source, tmp_path):
    opened = []
    jsonl = adapters()["jsonl"]
    counting = replace(jsonl, read=lambda *given: opened.append(given) or jsonl.read(*given))
    boxwright.convert(source / "annotations.jsonl", tmp_path / "out", format=counting, to="csv")
    assert len(opened) == 1


def test_overwrite_replaces_an_earlier_result_but_never_other_files(source, tmp_path):
    boxwright.convert(source, tmp_path / "out", to="coco")
    boxwright.convert(source, tmp_path / "out", to="kitti", overwrite=True)
    assert not (tmp_path / "out/annotations").exists() and (tmp_path / "out/training").is_dir()
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/dear.txt").write_text("…")
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(source, tmp_path / "letters", to="kitti", overwrite=True)
    assert str(caught.value) == (
        f"{tmp_path / 'letters'} holds other files\n"
        "  hint: choose another folder; --overwrite replaces boxwright's own only"
    )


def test_an_error_midway_leaves_nothing_behind(source, tmp_path):
    with open(source / "annotations.jsonl", "a") as file:
        file.write('{"path": "9.jpg", "boxes": [{"label": "cat"}]}\n')
    with pytest.raises(boxwright.AnnotationError):
        boxwright.convert(source, tmp_path / "out", to="pascal_voc")
    assert os.listdir(tmp_path) == ["zoo"]


@pytest.mark.parametrize("inside", [".", "images", "new"])
def test_a_target_inside_the_source_is_refused(source, inside):
    with pytest.raises(boxwright.OptionError) as caught:
        boxwright.convert(source, source / inside, to="coco", overwrite=True)
    assert str(caught.value).startswith(f"{source / inside} lies inside the source {source}")


def test_a_target_that_holds_the_source_is_refused(source, tmp_path):
    with pytest.raises(boxwright.OptionError) as caught:
        boxwright.convert(source, tmp_path, to="coco", overwrite=True)
    assert str(caught.value).startswith(f"the source {source} lies inside {tmp_path}")


def test_labels_are_renamed_merged_and_selected(source, tmp_path):
    transforms = Transforms(map={"cat": "pet", "dog": "pet"}, only=("pet",), drop_empty=True)
    report = boxwright.convert(source, tmp_path / "out", to="coco", transforms=transforms)
    assert (report.images, report.labels) == (5, {"pet": 5})
    assert report.dropped == {"boxes of other labels": 0, "images without boxes": 1}


def test_what_is_selected_away_is_told(source, tmp_path):
    report = boxwright.convert(
        source, tmp_path / "out", to="coco", transforms=Transforms(only=("dog",), limit=5)
    )
    assert "  left out: 3 boxes of other labels\n  left out: 1 images beyond the limit" in str(report)


def test_an_option_goes_to_the_side_that_has_it(source, tmp_path):
    boxwright.convert(source, tmp_path / "a", to="kitti", options={"layout": "flat"})
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "images",
        "labels",
        "zoo_manifest.json",
    ]
    with pytest.raises(boxwright.OptionError) as caught:
        boxwright.convert(source, tmp_path / "b", to="kitti", options={"layuot": "flat"})
    assert str(caught.value) == (
        "option layuot: unknown; reading jsonl has images; writing kitti has layout, round"
    )


def test_problems_are_handed_on_once_though_tfrecords_take_two_passes(source, tmp_path):
    (source / "images/3.jpg").unlink()
    found = []
    report = boxwright.convert(
        source, tmp_path / "out", to="tfrecord", split="group:val=1", on_problem=found.append
    )
    assert [problem.code for problem in found] == ["missing_image"]
    assert (report.skipped, report.images, report.boxes) == (1, 5, 4)
    assert sum(report.splits.values()) == 5


def test_a_result_that_was_damaged_is_not_taken_for_finished(source, tmp_path):
    boxwright.convert(source, tmp_path / "out", to="tfrecord")
    shard = tmp_path / "out/zoo.tfrecord"
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-1])
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(source, tmp_path / "out", to="tfrecord")
    assert "some of its files were changed, added or removed since" in str(caught.value)
    boxwright.convert(source, tmp_path / "out", to="tfrecord", overwrite=True)
    assert shard.read_bytes() == whole


def test_every_ignored_region_that_is_lost_is_counted(source, tmp_path):
    file = source / "annotations.jsonl"
    region = '{"label": "DontCare", "x_min": 1, "y_min": 2, "x_max": 3, "y_max": 4}'
    file.write_text(file.read_text() + f'{{"path": "5.jpg", "ignored": [{region}, {region}]}}\n')
    report = boxwright.convert(source, tmp_path / "out", to="coco", on={"duplicate_image": "keep"})
    assert "2 ignored: coco has no place for it" in [str(loss) for loss in report.losses]


def test_the_manifest_holds_no_time_and_no_place(source, tmp_path):
    boxwright.convert(source, tmp_path / "out", to="tfrecord")
    text = (tmp_path / "out/zoo_manifest.json").read_text()
    manifest = json.loads(text)
    assert str(tmp_path) not in text
    assert manifest["classes"] == {"cat": 1, "dog": 2}
    assert [shard["records"] for shard in manifest["shards"]] == [6]


def test_a_change_in_a_folder_that_an_option_names_is_noticed(source, tmp_path):
    (source / "images").rename(tmp_path / "pictures")
    options = {"images": tmp_path / "pictures"}
    boxwright.convert(source, tmp_path / "out", to="tfrecord", options=options)
    Image.new("RGB", (64, 48)).save(tmp_path / "pictures/0.jpg", quality=5)
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(source, tmp_path / "out", to="tfrecord", options=options)
    assert "the source has changed" in str(caught.value)


def test_no_workers_at_all_are_refused(source, tmp_path):
    with pytest.raises(boxwright.OptionError) as caught:
        boxwright.convert(source, tmp_path / "out", to="tfrecord", workers=0)
    assert str(caught.value) == "workers 0: at least 1"


def test_a_conversion_without_a_readable_image_is_an_error_and_leaves_nothing(tmp_path):
    (tmp_path / "in").mkdir()
    lines = '{"format": "boxwright", "version": 1}\n{"path": "a.jpg", "width": 4, "height": 4}\n'
    (tmp_path / "in/annotations.jsonl").write_text(lines)
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.convert(tmp_path / "in", tmp_path / "out", to="yolo")
    assert str(caught.value) == (
        "none of 1 images has readable pixels: there is nothing to write\n"
        "  hint: where are the images? If the format has the option, tell it: --option images=DIR"
    )
    assert not (tmp_path / "out").exists()
