"""Checkpoints by name: ours in TensorFlow 1, others' in ours, and what became of each variable."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector import checkpoint
from boxwright.core.detector.checkpoint import restore, save
from boxwright.core.detector.checkpoint_prefix import steps_in
from boxwright.core.detector.ssd import ssd
from boxwright.core.detector.variables import Store
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.text import read_config

CONV, HEAD, BOXES = (
    "FeatureExtractor/MobilenetV1/Conv2d_0/weights",
    "BoxPredictor_0/ClassPredictor/weights",
    "BoxPredictor_0/BoxEncodingPredictor/weights",
)


def store(**shapes: tuple[int, ...]) -> Store:
    """A small detector's variables, all zeros."""
    made = Store()
    for name, shape in {CONV: (3, 3), HEAD: (4, 2), BOXES: (4, 4), **shapes}.items():
        made.vars[name] = tf.Variable(tf.zeros(shape))
    return made


def ones(**shapes: tuple[int, ...]) -> dict[str, tf.Tensor]:
    return {name.replace("__", "/"): tf.ones(shape) for name, shape in shapes.items()}


@pytest.fixture
def coco(tmp_path: Path) -> Path:
    """A detection checkpoint of another number of classes, with a slot and a step."""
    values = {CONV: tf.ones([3, 3]), HEAD: tf.ones([4, 91]), f"{CONV}/RMSProp": tf.ones([3, 3])}
    save(tmp_path / "model.ckpt", {**values, "global_step": tf.constant(7, tf.int64)})
    return tmp_path / "model.ckpt"


def test_a_table_says_what_became_of_each_variable(coco: Path):
    ours = store()
    found = restore(ours, coco)
    assert found.kind == "detection"
    assert found.loaded == (CONV,)
    assert found.new == {HEAD: ((4, 2), (4, 91))}
    assert found.missing == (BOXES,)
    assert found.unused == (f"{CONV}/RMSProp", "global_step")
    assert ours.vars[CONV].numpy().all() and not ours.vars[HEAD].numpy().any()
    assert str(found) == (
        f"{coco}: detection checkpoint\n"
        f"     1 loaded: {CONV}\n"
        f"     1 new, of another shape: {HEAD} (4, 2) not (4, 91)\n"
        f"     1 new, not in the checkpoint: {BOXES}\n"
        f"     2 unused: {CONV}/RMSProp, global_step"
    )


def test_a_classifiers_checkpoint_is_known_by_its_names(tmp_path: Path):
    save(tmp_path / "mobilenet.ckpt", ones(MobilenetV1__Conv2d_0__weights=(3, 3), MobilenetV1__Logits=(2,)))
    found = restore(store(), tmp_path / "mobilenet.ckpt")
    assert found.kind == "classification"
    assert found.loaded == (CONV,)
    assert found.unused == ("MobilenetV1/Logits",)


def test_only_variables_within_a_scope_are_asked_for(coco: Path):
    save(coco, {CONV: tf.ones([3, 3]), BOXES: tf.ones([4, 4])})
    found = restore(store(), coco, within=checkpoint.BACKBONE)
    assert found.loaded == (CONV,)
    assert found.missing == (BOXES, HEAD)
    assert found.unused == (BOXES,)


@pytest.mark.parametrize(
    "values, kind, first",
    [
        ({"resnet_v1_50/conv1/weights": tf.ones([7])}, "detection", "resnet_v1_50/conv1/weights"),
        ({CONV: tf.ones([3, 3, 24])}, "detection", CONV),
        ({BOXES: tf.ones([4, 4])}, "detection", BOXES),
    ],
)
def test_a_checkpoint_without_the_backbone_is_an_error(
    values: dict[str, tf.Tensor], kind: str, first: str, tmp_path: Path
):
    save(tmp_path / "other.ckpt", values)
    with pytest.raises(BoxwrightError) as caught:
        restore(store(), tmp_path / "other.ckpt")
    assert str(caught.value) == (
        f"{tmp_path}/other.ckpt: nothing of the backbone is in this {kind} checkpoint, or in another shape\n"
        f"  hint: the model has {CONV}, the checkpoint {first}"
    )


def test_a_checkpoint_by_objects_is_named_as_such(tmp_path: Path):
    prefix = tf.train.Checkpoint(weights=tf.Variable(1.0)).write(str(tmp_path / "ckpt"))
    with pytest.raises(BoxwrightError) as caught:
        restore(store(), prefix)
    assert str(caught.value) == (
        f"{prefix}: goes by objects (TensorFlow 2), not by names\n"
        "  hint: take the model zoo's archive for TensorFlow 1"
    )


@pytest.mark.parametrize(
    "values, fact",
    [
        (b"cut", "Read less bytes than requested"),
        (bytes(36), "Checksum does not match"),
        (None, "No such file or directory"),
    ],
)
def test_values_that_are_cut_damaged_or_gone_are_told(values: bytes | None, fact: str, tmp_path: Path):
    prefix = tmp_path / "model.ckpt"
    save(prefix, {CONV: tf.ones([3, 3])})
    data = tmp_path / "model.ckpt.data-00000-of-00001"
    data.unlink() if values is None else data.write_bytes(values)
    for read in (checkpoint.values_of, lambda path: restore(store(), path)):
        with pytest.raises(BoxwrightError) as caught:
            read(prefix)
        assert str(caught.value).startswith(f"{prefix}: cannot be read as a checkpoint: ")
        assert fact in str(caught.value)


def test_a_saver_of_tensorflow_1_restores_what_we_write(tmp_path: Path):
    checkpoint.save_step(tmp_path, 12, {CONV: tf.fill([3, 3], 5.0)}, keep=1)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        weights = tf.compat.v1.get_variable(CONV, [3, 3], use_resource=False)
        step = tf.compat.v1.train.get_or_create_global_step()
        tf.compat.v1.train.Saver().restore(session, tf.train.latest_checkpoint(tmp_path))
        np.testing.assert_array_equal(session.run(weights), np.full([3, 3], 5.0))
        assert session.run(step) == 12


def test_the_last_few_stay(tmp_path: Path):
    for step in (2, 10, 9, 11):
        checkpoint.save_step(tmp_path, step, {CONV: tf.ones([1])}, keep=2)
    assert steps_in(tmp_path) == [10, 11]
    assert {path.name for path in tmp_path.iterdir()} == {
        "checkpoint",
        *(f"model.ckpt-{n}.{part}" for n in (10, 11) for part in ("index", "data-00000-of-00001")),
    }


def test_what_a_killed_process_left_is_no_checkpoint_and_is_removed(tmp_path: Path):
    checkpoint.save_step(tmp_path, 5, {CONV: tf.ones([1])}, keep=2)
    (tmp_path / "model.ckpt-6_temp").mkdir()
    (tmp_path / "model.ckpt-6_temp" / "model.ckpt-6.index").touch()
    (tmp_path / "model.ckpt-6.data-00000-of-00001").touch()  # its index would have come next
    assert steps_in(tmp_path) == [5]
    removed = checkpoint.remove_orphans(tmp_path)
    assert [path.name for path in removed] == ["model.ckpt-6_temp", "model.ckpt-6.data-00000-of-00001"]
    assert {path.name[:12] for path in tmp_path.iterdir()} == {"checkpoint", "model.ckpt-5"}


def test_a_copy_stays_when_the_first_is_deleted_or_written_anew(tmp_path: Path):
    first, copy = tmp_path / "a/model.ckpt-5", tmp_path / "b/model.ckpt-5"
    save(first, {CONV: tf.ones([2])})
    for _ in range(2):  # over itself, too
        checkpoint.copy(first, copy)
    save(first, {CONV: tf.zeros([2])})
    checkpoint.delete(first)
    assert checkpoint.values_of(copy)[CONV].numpy().tolist() == [1.0, 1.0]
    assert sorted(path.name for path in copy.parent.iterdir()) == [
        "model.ckpt-5.data-00000-of-00001",
        "model.ckpt-5.index",
    ]


def test_a_published_backbone_is_loaded_whole(reference: Path):
    published = reference.parent / "checkpoints" / "mobilenet_v2_backbone" / "model.ckpt"
    if not published.with_name("model.ckpt.index").exists():
        pytest.skip(f"no checkpoint: {published}")
    model = ssd(read_config(reference / "pipeline_configs" / "ssd_mobilenet_v2_egohands.config"))
    found = restore(model.store, published, within=checkpoint.BACKBONE)
    assert (found.kind, len(found.loaded), found.new, found.unused) == ("detection", 260, {}, ())
    own = {name for name in model.store.vars if "/layer_19_" in name or "BoxPredictor" in name}
    assert set(found.missing) == own
