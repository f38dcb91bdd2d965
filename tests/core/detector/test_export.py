"""Export: the files do what the model does, under the original's names."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from boxwright.core.detector import export as export_module
from boxwright.core.detector.export import Exported, difference, export, exported_functions
from boxwright.core.detector.frozen_graph import as_function, freeze, read_graph
from boxwright.core.detector.served import OUTPUTS, outputs
from boxwright.core.detector.ssd import Ssd
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.text import read_config
from boxwright.core.tfrecord.label_map import read_label_map
from tests.core.detector.small_model import small_model

LABELS = ("hand", "face")
FACTS = {"step": 7}
# What the original's exporter makes of an SSD with 2 classes and 100 detections.
SCORES = {"detection_multiclass_scores:0", "raw_detection_scores:0"}
TENSORS: dict[str, list[int | None]] = {
    "image_tensor:0": [None, None, None, 3],
    "detection_boxes:0": [None, 100, 4],
    "detection_scores:0": [None, 100],
    "detection_multiclass_scores:0": [None, 100, 3],
    "detection_classes:0": [None, 100],
    "num_detections:0": [None],
    "raw_detection_boxes:0": [None, None, 4],
    "raw_detection_scores:0": [None, None, 3],
}


@pytest.fixture(scope="module")
def model() -> Ssd:
    return small_model()


@pytest.fixture(scope="module")
def exported(model: Ssd, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(model, LABELS, tmp_path_factory.mktemp("run") / "exported", facts=FACTS)


def test_the_files_agree_with_the_model(exported: Exported):
    assert set(exported.differences) == {"serving_default", "inputs", "frozen_inference_graph.pb"}
    assert exported.difference < 1e-6  # a last digit or two; at most 1e-5 is promised


def test_sessions_of_tensorflow_1_give_the_same(exported: Exported, model: Ssd):
    images = export_module.trial_images()[0][np.newaxis]
    expected = {name: value.numpy() for name, value in outputs(model.detect(images)).items()}
    for found in (frozen_in_session(exported, images), saved_model_in_session(exported, images)):
        assert difference(found, expected) < 1e-6


def frozen_in_session(exported: Exported, images: np.ndarray) -> dict[str, np.ndarray]:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.import_graph_def(read_graph(exported.folder / "frozen_inference_graph.pb"), name="")
        return session.run({name: f"{name}:0" for name in OUTPUTS}, {"image_tensor:0": images})


def saved_model_in_session(exported: Exported, images: np.ndarray) -> dict[str, np.ndarray]:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        loaded = tf.compat.v1.saved_model.load(session, ["serve"], str(exported.folder / "saved_model"))
        signature = loaded.signature_def["inputs"]
        fetched = {name: signature.outputs[name].name for name in OUTPUTS}
        return session.run(fetched, {signature.inputs["inputs"].name: images})


def test_a_difference_is_of_the_image_and_of_larger_numbers_a_share():
    def answer(number: float) -> dict[str, np.ndarray]:
        return {"raw_detection_boxes": np.array([0.5, number], np.float32)}

    assert difference(answer(0.75), answer(0.25)) == 0.5
    assert difference(answer(1001.0), answer(1000.0)) == pytest.approx(1e-3)
    assert difference(answer(np.inf), answer(np.inf)) == 0.0
    assert np.isnan(difference(answer(np.nan), answer(1.0)))


def test_the_comparison_is_of_detections_that_differ_from_each_other(model: Ssd):
    found = model.detect(export_module.trial_images()[1][np.newaxis])
    assert int(found.count[0]) == 100
    assert float(tf.math.reduce_std(found.raw_scores)) > 0.05


def test_the_tensors_are_those_of_the_original(exported: Exported):
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(read_graph(exported.folder / "frozen_inference_graph.pb"), name="")
    for name, shape in TENSORS.items():
        tensor = graph.get_tensor_by_name(name)
        assert tensor.dtype.name == ("uint8" if name == "image_tensor:0" else "float32")
        assert tensor.shape.is_compatible_with(shape) and tensor.shape.rank == len(shape)
    assert {f"{name}:0" for name in OUTPUTS} == TENSORS.keys() - {"image_tensor:0"}


def test_the_tensors_are_all_that_were_measured(reference: Path):
    measured = json.loads((reference / "export/signature.json").read_text())["ssd_mobilenet_v1/image_tensor"]
    tensors = [*measured["input"].values(), *measured["outputs"].values()]
    one_class = {
        name: [2 if size == 3 and name in SCORES else size for size in TENSORS[name]] for name in TENSORS
    }
    assert {tensor["name"]: tensor["shape"] for tensor in tensors} == one_class
    assert {tensor["name"] for tensor in tensors if tensor["dtype"] != "float32"} == {"image_tensor:0"}


def test_a_frozen_graph_is_plain(exported: Exported):
    graph = read_graph(exported.folder / "frozen_inference_graph.pb")
    kinds = {node.op for node in graph.node}
    assert not graph.library.function
    assert not kinds & {
        "VarHandleOp",
        "ReadVariableOp",
        "PartitionedCall",
        "StatefulPartitionedCall",
        "While",
    }
    assert [node.name for node in graph.node if node.op == "Placeholder"] == ["image_tensor"]


def test_the_signatures_are_those_of_both_exporters(exported: Exported):
    loaded = tf.saved_model.load(str(exported.folder / "saved_model"))
    one, many = loaded.signatures["serving_default"], loaded.signatures["inputs"]
    inputs = one.structured_input_signature[1] | many.structured_input_signature[1]
    assert inputs["input_tensor"].shape.as_list() == [1, None, None, 3]
    assert inputs["inputs"].shape.as_list() == [None, None, None, 3]
    assert {spec.dtype for spec in inputs.values()} == {tf.uint8}
    for function in (one, many):
        assert set(function.structured_outputs) == set(OUTPUTS)
        assert {spec.dtype for spec in function.structured_outputs.values()} == {tf.float32}


def test_classes_count_from_one(exported: Exported, model: Ssd):
    images = np.stack([image[:240, :320] for image in export_module.trial_images()])
    expected = model.detect(images)
    functions = exported_functions(exported.folder)
    for name in ("inputs", "frozen_inference_graph.pb"):  # those that take several
        found = functions[name](images)
        np.testing.assert_array_equal(found["detection_classes"], expected.classes + 1)
        np.testing.assert_allclose(found["detection_boxes"], expected.boxes, rtol=0, atol=1e-5)
    assert set(np.unique(expected.classes)) == {0, 1}


def test_what_belongs_to_the_model_is_beside_it(exported: Exported, model: Ssd):
    folder = exported.folder
    assert read_label_map(folder / "label_map.pbtxt") == {1: "hand", 2: "face"}
    assert read_config(folder / "pipeline.config") == model.config
    card = json.loads((folder / "model_card.json").read_text())
    assert card["classes"] == {"1": "hand", "2": "face"} and card["step"] == 7
    assert card["largest_difference"] == exported.differences
    assert {path.name for path in folder.parent.iterdir()} == {"exported"}  # nothing temporary


def test_the_report_says_how_to_use_the_files(tmp_path: Path):
    report = Exported(folder=Path("out"), differences={"a": 0.0, "b": 2.5e-7})
    assert str(report) == (
        "out: exported\n"
        "  saved_model/: serving_default: input_tensor (1, H, W, 3) uint8 RGB\n"
        "  saved_model/: inputs: inputs (B, H, W, 3) uint8 RGB\n"
        "  frozen_inference_graph.pb: image_tensor:0 (B, H, W, 3) uint8 RGB\n"
        "  largest difference to the model: 2.5e-07"
    )


def test_files_that_disagree_get_no_name(
    model: Ssd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exported: Exported
):
    monkeypatch.setattr(export_module, "_write_models", lambda *_: None)
    monkeypatch.setattr(export_module, "compare", lambda *_: {"inputs": float("nan")})
    with pytest.raises(BoxwrightError) as caught:
        export(model, LABELS, tmp_path / "out")
    assert str(caught.value) == (
        "inputs differs from the model by nan; at most 1e-05 is right\n  hint: nothing was written"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_export_is_replaced_and_nothing_else_is(
    model: Ssd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_module, "_write_models", lambda *_: None)
    monkeypatch.setattr(export_module, "compare", lambda *_: {"inputs": 0.0})
    for step in (1, 2):
        export(model, LABELS, tmp_path / "out", facts={"step": step})
    assert json.loads((tmp_path / "out/model_card.json").read_text())["step"] == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("years")
    with pytest.raises(BoxwrightError) as caught:
        export(model, LABELS, tmp_path / "mine")
    assert str(caught.value) == f"{tmp_path}/mine exists and is no export\n  hint: name a new folder"
    assert {path.name for path in tmp_path.iterdir()} == {"out", "mine"}


def test_labels_of_another_number_than_the_classes_are_refused(model: Ssd, tmp_path: Path):
    with pytest.raises(BoxwrightError) as caught:
        export(model, ["hand"], tmp_path / "out")
    assert str(caught.value) == "the label map has 1 classes, the model 2"


def test_a_frozen_graph_keeps_the_values_of_then():
    variable, factor = tf.Variable([1.0, 2.0]), tf.constant([3.0, 4.0])

    def product(x: tf.Tensor) -> tf.Tensor:
        return tf.identity(x * variable * factor, name="product")

    traced = tf.function(product, autograph=False).get_concrete_function(tf.TensorSpec([2], name="x"))
    graph = freeze(traced, ["product"])
    variable.assign([0.0, 0.0])
    assert as_function(graph, "x", ["product"])(tf.constant([1.0, 10.0]))["product"].numpy().tolist() == [
        3,
        80,
    ]
