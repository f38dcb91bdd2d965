from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import tensorflow as tf

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.preflight.survey import survey

NAMES = ClassNames(pairs=(("hand", 1), ("foot", 2)))
BOX = (0.25, 0.5, 0.75, 1.0)


def with_features(example: bytes, **texts: str) -> bytes:
    message = tf.train.Example.FromString(example)
    for name, text in texts.items():
        key = {"group": "image/group", "key": "image/key/sha256"}[name]
        message.features.feature[key].bytes_list.value.append(text.encode())
    data: bytes = message.SerializeToString()
    return data


def test_a_survey_holds_boxes_classes_sizes_groups_and_keys(
    tmp_path: Path, example: Callable, write: Callable, png: Callable
):
    path = write(
        tmp_path / "x.tfrecord",
        [
            with_features(example([BOX, BOX], ["foot", "hand"], seed=1), group="game", key="abc"),
            example(seed=2),
            example([BOX], labels=[2], seed=3),
        ],
    )
    found = survey([str(path)], NAMES, classes=2)
    assert found.images == 3 and found.bad == ()
    assert found.rows.tolist() == [0, 0, 2]
    assert found.boxes.tolist() == [list(BOX)] * 3
    assert found.classes.tolist() == [2, 1, 2]
    assert found.sizes.tolist() == [[12, 16]] * 3
    assert found.groups == ("game", None, None)
    assert found.keys == ("abc", sha256(png(2)).hexdigest(), sha256(png(3)).hexdigest())
    assert found.names == ("image 1", "image 2", "image 3")


def test_what_cannot_be_used_is_told_and_left_out(tmp_path: Path, example: Callable, write: Callable):
    path = write(tmp_path / "x.tfrecord", [example([BOX]), example(), example(encoded=[b"none"])])
    found = survey([str(path)], NAMES, classes=2)
    assert found.images == 1
    assert [(bad.number, bad.kind) for bad in found.bad] == [(0, "classes"), (2, "image")]


def test_objects_that_the_label_map_does_not_name_are_counted_apart(
    tmp_path: Path, example: Callable, write: Callable
):
    other = (0.0, 0.0, 0.5, 0.5)
    records = [example([other, BOX], ["nose", "foot"]), example([other, other], ["nose"] * 2)]
    found = survey([str(write(tmp_path / "x.tfrecord", records))], NAMES, classes=2)
    assert found.bad == () and found.images == 2
    assert found.boxes.tolist() == [list(BOX)]
    assert (found.classes.tolist(), found.rows.tolist()) == ([2], [0])
    assert found.unknown == {"nose": 3}


def test_texts_without_a_label_map_are_no_classes(tmp_path: Path, example: Callable, write: Callable):
    path = write(tmp_path / "x.tfrecord", [example([BOX], ["hand"])])
    [bad] = survey([str(path)], ClassNames(), classes=2).bad
    assert bad.fact == (
        "objects without image/object/class/label, and no label map for image/object/class/text"
    )


def test_without_decoding_an_image_is_not_looked_at(tmp_path: Path, example: Callable, write: Callable):
    message = tf.train.Example.FromString(example(encoded=[b"none"]))
    for side in ("height", "width"):
        message.features.feature[f"image/{side}"].int64_list.value.append(8)
    path = write(tmp_path / "x.tfrecord", [message.SerializeToString()])
    assert survey([str(path)], NAMES, classes=2, decoding=False).bad == ()
    assert len(survey([str(path)], NAMES, classes=2).bad) == 1


@pytest.mark.parametrize(("every", "most", "seen"), [(2, None, 3), (1, 4, 4), (2, 2, 2)])
def test_only_the_records_that_a_run_reads_are_surveyed(
    tmp_path: Path, example: Callable, write: Callable, every: int, most: int | None, seen: int
):
    path = write(tmp_path / "x.tfrecord", [example(seed=number) for number in range(5)])
    found = survey([str(path)], NAMES, classes=2, every=every, most=most)
    assert found.names == tuple(f"image {every * number}" for number in range(seen))


def test_no_record_is_an_empty_survey():
    found = survey([], NAMES, classes=2)
    assert (found.images, found.boxes.shape, found.sizes.shape) == (0, (0, 4), (0, 2))
