"""Detection in image files: what is written, and which detectors can be loaded."""

import json
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from boxwright.core.detector.any_detector import AnyDetector, load_detector
from boxwright.core.detector.checkpoint import save_step
from boxwright.core.detector.detect import detect, upright
from boxwright.core.detector.export import trial_images
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.text import config_text
from boxwright.core.tfrecord.label_map import label_map_text
from tests.core.detector.small_model import small_config, small_model

ROTATED_CLOCKWISE = 6  # EXIF orientation: turn the stored image by 90 degrees clockwise to see it
ORIENTATION = 0x0112
NAMES = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")


def bright_part(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
    """A stand-in for a detector, (1, H, W, 3) uint8: the box around what is bright, class 2; padding."""
    bright = tf.where(tf.reduce_mean(tf.cast(images[0], tf.float32), axis=-1) > 128)
    size = tf.cast(tf.shape(images)[1:3], tf.float32)
    low = tf.cast(tf.reduce_min(bright, axis=0), tf.float32) / size
    high = tf.cast(tf.reduce_max(bright, axis=0) + 1, tf.float32) / size
    box = tf.concat([low, high], axis=0)
    return (
        tf.stack([box, box, tf.zeros([4])])[tf.newaxis],
        tf.constant([[0.9, 0.3, 0.0]]),
        tf.constant([[2.0, 1.0, 1.0]]),
        tf.constant([2.0]),
    )


def bright_detector() -> AnyDetector:
    def function(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return dict(zip(NAMES, bright_part(images), strict=True))

    return AnyDetector(source=Path("a/model.pb"), function=function, labels={1: "hand", 2: "face"})


def picture(path: Path, *, orientation: int | None = None) -> Path:
    """120 x 80 pixels, dark, with a bright part at x 10 to 40, y 20 to 30."""
    pixels = np.zeros((80, 120, 3), np.uint8)
    pixels[20:30, 10:40] = 255
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, exif=exif)
    return path


FACE = {"label": "face", "score": 0.9, "x_min": 10.0, "y_min": 20.0, "x_max": 40.0, "y_max": 30.0}


def assert_finds_the_bright_part(detector: AnyDetector, tmp_path: Path, label: str = "face") -> None:
    result = detect(detector, [picture(tmp_path / "bright.png")], tmp_path / "seen")
    [one] = result.images[0].detections
    assert one.label == label
    np.testing.assert_allclose([one.x_min, one.y_min, one.x_max, one.y_max], [10, 20, 40, 30], atol=0.01)


def test_boxes_are_written_in_pixels_and_drawn(tmp_path: Path):
    image = picture(tmp_path / "one.png")
    detect(bright_detector(), [image], tmp_path / "out")
    written = json.loads((tmp_path / "out/detections.json").read_text())
    assert written == {
        "model": "a/model.pb",
        "threshold": 0.5,
        "boxes": "pixels of the upright image (EXIF applied), maxima exclusive",
        "images": [
            {"path": str(image), "picture": "one.png", "width": 120, "height": 80, "detections": [FACE]}
        ],
        "skipped": [],
    }
    with Image.open(tmp_path / "out/one.png") as drawn:
        assert drawn.size == (120, 80)
        assert drawn.getpixel((10, 25)) == drawn.getpixel((39, 25)) == (0, 130, 240)  # the second colour


def test_the_threshold_is_the_least_score(tmp_path: Path):
    result = detect(bright_detector(), [picture(tmp_path / "a.png")], tmp_path / "out", threshold=0.3)
    assert [(one.label, one.score) for one in result.images[0].detections] == [("face", 0.9), ("hand", 0.3)]


def test_an_image_is_seen_upright(tmp_path: Path):
    image = picture(tmp_path / "turned.png", orientation=ROTATED_CLOCKWISE)
    result = detect(bright_detector(), [image], tmp_path / "out")
    [seen] = result.images
    [one] = seen.detections
    assert (seen.width, seen.height) == (80, 120)
    assert (one.x_min, one.y_min, one.x_max, one.y_max) == (50, 10, 60, 40)  # x is 80 - y of the stored one
    with Image.open(tmp_path / "out/turned.png") as drawn:
        assert drawn.size == (80, 120) and drawn.getexif().get(ORIENTATION) is None


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1"])
def test_any_mode_is_seen_as_rgb(tmp_path: Path, mode: str):
    path = tmp_path / ("image.jpg" if mode == "CMYK" else "image.png")
    Image.new(mode, (4, 3)).save(path)
    assert upright(path).mode == "RGB"


def test_a_file_that_is_no_image_is_skipped_and_told(tmp_path: Path):
    (tmp_path / "notes.jpg").write_text("no image")
    cut = picture(tmp_path / "cut.jpg")
    cut.write_bytes(cut.read_bytes()[:300])
    told: list[str] = []
    paths = [tmp_path / "notes.jpg", cut, tmp_path / "none.jpg", picture(tmp_path / "good.png")]
    result = detect(bright_detector(), paths, tmp_path / "out", say=told.append)
    assert str(result) == (
        f"{tmp_path}/out: 1 images; found with a score of 0.5 or more: face 1\n"
        "  skipped: 3 not read as images\n"
        f"    {tmp_path}/notes.jpg: no image that can be read\n"
        f"    {tmp_path}/cut.jpg: no image that can be read\n"
        f"    {tmp_path}/none.jpg: No such file or directory"
    )
    assert told[-1] == f"{tmp_path}/good.png: 1 found"
    assert len(json.loads((tmp_path / "out/detections.json").read_text())["skipped"]) == 3


def test_files_without_an_image_among_them_are_an_error_and_leave_nothing(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    for name, fact, folder in (
        (["photos"], f"{tmp_path}/photos: Is a directory", f"{tmp_path}/photos"),
        (["*.png"], f"{tmp_path}/*.png: No such file or directory", "photos"),
        (
            ["a.png", "photos"],
            "none of 2 files can be read as an image; "
            f"the first: {tmp_path}/a.png: No such file or directory",
            "photos",
        ),
    ):
        with pytest.raises(BoxwrightError) as caught:
            detect(bright_detector(), [tmp_path / one for one in name], tmp_path / "out")
        assert str(caught.value) == f"{fact}\n  hint: name image files, as in {folder}/*.jpg"
    assert not (tmp_path / "out").exists()


def test_images_of_one_name_get_pictures_of_several(tmp_path: Path):
    paths = [picture(tmp_path / folder / "a.png") for folder in ("x", "y", "z")]
    result = detect(bright_detector(), [*paths, picture(tmp_path / "a_2.png")], tmp_path / "out")
    names = [image.picture for image in result.images]
    assert len(set(names)) == 4 and all((tmp_path / "out" / name).is_file() for name in names)


def test_pictures_do_not_overwrite_the_images(tmp_path: Path):
    image = picture(tmp_path / "a.png")
    before = image.read_bytes()
    with pytest.raises(BoxwrightError) as caught:
        detect(bright_detector(), [image], tmp_path / "x" / "..")
    assert str(caught.value) == (
        f"{tmp_path}/x/.. is the folder of a.png, which its picture could overwrite"
        "\n  hint: write to another folder"
    )
    assert image.read_bytes() == before


@pytest.fixture
def control_flow_of_tf1() -> Generator[None]:
    tf.compat.v1.disable_control_flow_v2()
    yield
    tf.compat.v1.enable_control_flow_v2()


def original_graph(path: Path, kind: tf.DType = tf.uint8) -> Path:
    """A frozen graph as TensorFlow 1 made it: preprocessing in a loop of Enter, Merge, Switch and Exit."""
    with tf.Graph().as_default() as graph:
        images = tf.compat.v1.placeholder(kind, [None, None, None, 3], name="image_tensor")
        array = tf.TensorArray(kind, size=tf.shape(images)[0])
        _, looped = tf.compat.v1.while_loop(
            lambda row, _: row < tf.shape(images)[0],
            lambda row, array: (row + 1, array.write(row, images[row])),
            (0, array),
        )
        for name, value in zip(NAMES, bright_part(looped.stack()), strict=True):
            tf.identity(value, name=name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(graph.as_graph_def().SerializeToString())
    return path


def test_a_frozen_graph_of_the_original_is_run(tmp_path: Path, control_flow_of_tf1: None):
    path = original_graph(tmp_path / "model/frozen_inference_graph.pb")
    assert b"Enter" in path.read_bytes()
    (path.parent / "hands_label_map.pbtxt").write_text(label_map_text(["hand", "face"]))
    assert_finds_the_bright_part(load_detector(path), tmp_path)


def test_without_a_label_map_classes_are_numbers(tmp_path: Path):
    detector = load_detector(original_graph(tmp_path / "graph.pb"))
    assert_finds_the_bright_part(detector, tmp_path, label="class 2")


def test_a_saved_model_is_run_by_its_folder_its_file_or_the_export(tmp_path: Path):
    module = tf.Module()
    module.factor = tf.Variable(1.0)

    def function(images: tf.Tensor) -> dict[str, tf.Tensor]:
        values = dict(zip(NAMES, bright_part(images), strict=True))
        return values | {"detection_boxes": module.factor * values["detection_boxes"]}

    images = tf.TensorSpec([None, None, None, 3], tf.uint8, name="inputs")
    signature = tf.function(function, autograph=False).get_concrete_function(images)
    tf.saved_model.save(module, str(tmp_path / "m/saved_model"), signatures=signature)
    (tmp_path / "m/label_map.pbtxt").write_text(label_map_text(["hand", "face"]))
    for path in ("m", "m/saved_model", "m/saved_model/saved_model.pb"):
        assert_finds_the_bright_part(load_detector(tmp_path / path), tmp_path)


def test_a_run_is_detected_with_as_it_was_trained(tmp_path: Path):
    model, run = small_model(seed=3), tmp_path / "run"
    label_map = tmp_path / "map.pbtxt"
    label_map.write_text(label_map_text(["hand", "face"]))
    (run / "checkpoints").mkdir(parents=True)
    (run / "pipeline.config").write_text(
        config_text(small_config()) + f"train_input_reader {{ label_map_path: '{label_map}' }}\n"
    )
    save_step(run / "checkpoints", 5, model.store.vars, keep=1)
    detector = load_detector(run)
    image = trial_images()[0]
    found, expected = detector.found(image), model.detect(image[np.newaxis])
    assert detector.labels == {1: "hand", 2: "face"}
    assert detector.source == run / "checkpoints/model.ckpt-5"
    np.testing.assert_allclose(found["detection_scores"], expected.scores[0], rtol=0, atol=1e-4)
    np.testing.assert_allclose(found["detection_boxes"], expected.boxes[0], rtol=0, atol=1e-4)
    np.testing.assert_array_equal(found["detection_classes"], expected.classes[0] + 1)


def test_what_is_no_detector_is_told(tmp_path: Path):
    hint = "\n  hint: name a run's directory, a SavedModel's folder or a frozen graph's .pb file"
    (tmp_path / "text.pb").write_text("\xff no graph")
    for path, told in [
        (tmp_path, f"{tmp_path}: no detector{hint}"),
        (tmp_path / "none", f"{tmp_path}/none does not exist{hint}"),
        (tmp_path / "text.pb", f"{tmp_path}/text.pb: no graph"),
        (
            original_graph(tmp_path / "float.pb", tf.float32),
            f"{tmp_path}/float.pb: takes image_tensor float32, not image_tensor uint8"
            "\n  hint: export it with the input type image_tensor",
        ),
    ]:
        with pytest.raises(BoxwrightError) as caught:
            load_detector(path)
        assert str(caught.value) == told
    with pytest.raises(BoxwrightError) as caught:
        load_detector(tmp_path / "text.pb", checkpoint="last")
    assert str(caught.value) == (
        f"--checkpoint last: {tmp_path}/text.pb is no run's directory\n  hint: leave it out"
    )
