"""Detectors of any kind as one function: a run, a SavedModel or a frozen graph, ours or the original's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from boxwright.core.detector.frozen_graph import GraphDef, as_function, read_graph
from boxwright.core.detector.served import IMAGE_TENSOR, OUTPUTS, TF2_SIGNATURE, outputs
from boxwright.core.detector.trained import trained
from boxwright.core.errors import BoxwrightError, OptionError
from boxwright.core.tfrecord.label_map import read_label_map

SAVED_MODEL_FILE, CONFIG_FILE = "saved_model.pb", "pipeline.config"
LABEL_MAPS = ("label_map.pbtxt", "*label_map*.pbtxt", "*.pbtxt")  # the likeliest first
NEEDED = ("detection_boxes", "detection_scores", "detection_classes", "num_detections")

Function = Callable[[tf.Tensor], Mapping[str, tf.Tensor]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyDetector:
    """A detector that is ready to run.

    source    where it is from
    function  takes (1, H, W, 3) uint8 RGB, gives at least the outputs that are NEEDED, see `served.OUTPUTS`
    labels    names by id, from 1; what has none is called by its number
    """

    source: Path
    function: Function
    labels: Mapping[int, str]

    def label(self, number: int) -> str:
        """What a class is called."""
        return self.labels.get(number, f"class {number}")

    def found(self, image: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """The detections of an image (H, W, 3) RGB, without padding.

        returns  detection_boxes (D, 4) y_min, x_min, y_max, x_max in [0, 1], detection_scores (D,),
                 detection_classes (D,) from 1
        """
        answer = self.function(tf.constant(image[np.newaxis]))
        count = int(np.asarray(answer["num_detections"])[0])
        return {name: np.asarray(answer[name])[0][:count] for name in NEEDED[:3]}


def load_detector(
    path: Path, label_map: Path | None = None, checkpoint: Path | str | None = None
) -> AnyDetector:
    """Load a run's directory, an export, a SavedModel's folder or a frozen graph's file.

    label_map  None: the one beside the model, or that of the run's config
    checkpoint of a run, as of `trained`; others have but one
    raises     BoxwrightError where there is no detector
    """
    if path.name == SAVED_MODEL_FILE:
        path = path.parent
    if checkpoint is not None and (path / CONFIG_FILE).is_file():
        return _run(path, label_map, checkpoint)
    if checkpoint is not None:
        raise OptionError(f"--checkpoint {checkpoint}: {path} is no run's directory", "leave it out")
    if path.is_file():
        return AnyDetector(source=path, function=_graph(path), labels=_labels(path.parent, label_map))
    for folder in (path, path / "saved_model"):
        if (folder / SAVED_MODEL_FILE).is_file():
            labels = _labels(folder, label_map) or _labels(folder.parent, label_map)
            return AnyDetector(source=folder, function=_saved_model(folder), labels=labels)
    if (path / CONFIG_FILE).is_file():
        return _run(path, label_map, None)
    fact = f"{path}: no detector" if path.exists() else f"{path} does not exist"
    raise BoxwrightError(fact, "name a run's directory, a SavedModel's folder or a frozen graph's .pb file")


def _run(path: Path, label_map: Path | None, checkpoint: Path | str | None) -> AnyDetector:
    run = trained(path, checkpoint, label_map)

    def detect(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return outputs(run.model.detect(images))

    images = tf.TensorSpec([1, None, None, 3], tf.uint8)
    traced = tf.function(detect, autograph=False, input_signature=[images])
    return AnyDetector(source=run.checkpoint, function=traced, labels=run.labels)


def _graph(path: Path) -> Function:
    graph = read_graph(path)
    names = [node.name for node in graph.node]
    feed = _input_of(graph, path)
    if missing := [name for name in NEEDED if name not in names]:
        raise BoxwrightError(f"{path}: no detector: the graph has no {', '.join(missing)}")
    return as_function(graph, feed, [name for name in OUTPUTS if name in names])


def _input_of(graph: GraphDef, path: Path) -> str:
    """The name of the placeholder for images."""
    kinds = {node.name: node.attr["dtype"].type for node in graph.node if node.op == "Placeholder"}
    if kinds.get(IMAGE_TENSOR) == tf.uint8.as_datatype_enum:
        return IMAGE_TENSOR
    found = ", ".join(f"{name} {tf.as_dtype(kind).name}" for name, kind in kinds.items()) or "nothing"
    raise BoxwrightError(
        f"{path}: takes {found}, not {IMAGE_TENSOR} uint8",
        "export it with the input type image_tensor",
    )


def _saved_model(folder: Path) -> Function:
    try:
        loaded = tf.saved_model.load(str(folder))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise BoxwrightError(f"{folder}: cannot be loaded as a SavedModel: {error}") from None
    if (signature := loaded.signatures.get(TF2_SIGNATURE)) is None:
        stated = ", ".join(loaded.signatures) or "none"
        raise BoxwrightError(f"{folder}: has no signature {TF2_SIGNATURE}, but {stated}")
    if missing := [name for name in NEEDED if name not in signature.structured_outputs]:
        raise BoxwrightError(f"{folder}: no detector: gives no {', '.join(missing)}")
    key = _image_key(signature.structured_input_signature[1], folder)
    # By `loaded`, which owns the variables and lives as long as the function.
    return lambda images: dict(loaded.signatures[TF2_SIGNATURE](**{key: images}))


def _image_key(inputs: Mapping[str, tf.TensorSpec], folder: Path) -> str:
    match [(key, spec.dtype) for key, spec in inputs.items()]:
        case [(key, tf.uint8)]:
            return key
        case found:
            stated = ", ".join(f"{key} {kind.name}" for key, kind in found)
            raise BoxwrightError(
                f"{folder}: takes {stated}, not one uint8 image",
                "export it with the input type image_tensor",
            )


def _labels(folder: Path, label_map: Path | None) -> dict[int, str]:
    """The label map that is named, or the likeliest in a folder; empty where there is none, or several."""
    if label_map is not None:
        return read_label_map(label_map)
    for pattern in LABEL_MAPS:
        if len(found := sorted(folder.glob(pattern))) == 1:
            return read_label_map(found[0])
    return {}
