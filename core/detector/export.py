"""A detector as files that others can use: a SavedModel, a frozen graph, and what one must know of them.

<folder>/saved_model/                   signatures `serving_default` (input_tensor) and `inputs` (inputs)
<folder>/frozen_inference_graph.pb      image_tensor:0 to detection_boxes:0 and the others
<folder>/label_map.pbtxt, pipeline.config, model_card.json

The files are run, as anyone runs them, before they get their name: a folder of that name holds files that
agree with the model. They agree to about the last digit because the network leaves TensorFlow's graph
optimizer nothing to round otherwise, see `moving_normalization`.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from boxwright.core.detector.frozen_graph import as_function, freeze, read_graph
from boxwright.core.detector.served import (
    IMAGE_TENSOR,
    OUTPUTS,
    TF1_KEY,
    TF1_SIGNATURE,
    TF2_KEY,
    TF2_SIGNATURE,
    Served,
    outputs,
    served,
)
from boxwright.core.detector.ssd import Ssd
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.text import config_text
from boxwright.core.tfrecord.label_map import label_ids, label_map_text

SAVED_MODEL, FROZEN_GRAPH = "saved_model", "frozen_inference_graph.pb"
LABEL_MAP, CONFIG, CARD = "label_map.pbtxt", "pipeline.config", "model_card.json"
MOST_DIFFERENCE = 1e-5  # of boxes in shares of the image and of scores; about 1e-7 is usual on a CPU

Image = NDArray[np.uint8]
Answer = dict[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written; as text, how to use it.

    folder       where
    differences  the largest difference of each exported function's outputs to the model's, see `compare`
    """

    folder: Path
    differences: Mapping[str, float]

    @property
    def difference(self) -> float:
        """The largest of all."""
        return max(self.differences.values())

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.folder}: exported",
                f"  {SAVED_MODEL}/: {TF2_SIGNATURE}: {TF2_KEY} (1, H, W, 3) uint8 RGB",
                f"  {SAVED_MODEL}/: {TF1_SIGNATURE}: {TF1_KEY} (B, H, W, 3) uint8 RGB",
                f"  {FROZEN_GRAPH}: {IMAGE_TENSOR}:0 (B, H, W, 3) uint8 RGB",
                f"  largest difference to the model: {self.difference:.1e}",
            ]
        )


def export(
    model: Ssd,
    labels: Sequence[str],
    folder: Path,
    *,
    facts: Mapping[str, Any] | None = None,
    images: Sequence[Image] | None = None,
) -> Exported:
    """Write a detector with its present values; an earlier export of that name is replaced.

    labels   what the classes are called, in their order
    facts    more for the model card: the step, the data, the measured precision
    images   (H, W, 3) to run the files on; None: noise, and a pattern of a camera's size
    raises   BoxwrightError where the files do not agree with the model, or something else has the name
    """
    _require(model, labels, folder)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        functions = served(model)
        _write_models(model, functions, draft)
        images = trial_images() if images is None else images
        differences = compare(model, draft, images)
        _require_agreement(differences)
        _write_facts(model, labels, draft, dict(facts or {}) | {"largest_difference": differences})
        _rename(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Exported(folder=folder, differences=differences)


def compare(model: Ssd, folder: Path, images: Sequence[Image]) -> dict[str, float]:
    """How far the outputs of each function of the files are from the model's, at most.

    Of all outputs, raw ones too. Where an edge lies outside of the image, the difference is a share of it:
    raw boxes of anchors without an object can have any size.
    """
    expected = [_answer(outputs(model.detect(image[np.newaxis]))) for image in images]
    return {
        name: max(
            difference(_answer(function(image[np.newaxis])), answer)
            for image, answer in zip(images, expected, strict=True)
        )
        for name, function in exported_functions(folder).items()
    }


def difference(one: Answer, other: Answer) -> float:
    """The largest difference of any number, beyond 1 as a share; nan where only one of two is a number."""
    return float(max(np.max(_differences(one[name], other[name]), initial=0.0) for name in other))


def _differences(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    with np.errstate(invalid="ignore"):  # infinite both: they are equal
        shares = np.abs(one - other) / np.maximum(np.abs(other), 1.0)
    return np.where(one == other, np.float32(0.0), shares)


def exported_functions(folder: Path) -> dict[str, Callable[[Any], Mapping[str, tf.Tensor]]]:
    """What the files in a folder do with a batch of images, each by its signature's or file's name."""
    loaded = tf.saved_model.load(str(folder / SAVED_MODEL))
    frozen = as_function(read_graph(folder / FROZEN_GRAPH), IMAGE_TENSOR, OUTPUTS)
    return {
        # By `loaded`, which owns the variables and lives as long as the functions.
        TF2_SIGNATURE: lambda images: loaded.signatures[TF2_SIGNATURE](**{TF2_KEY: tf.constant(images)}),
        TF1_SIGNATURE: lambda images: loaded.signatures[TF1_SIGNATURE](**{TF1_KEY: tf.constant(images)}),
        FROZEN_GRAPH: lambda images: frozen(tf.constant(images)),
    }


def trial_images() -> list[Image]:
    """Noise, and waves of colours in the size of a camera's image."""
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    rows, columns, channels = np.ogrid[:720, :1280, :3]
    waves = np.sin(rows / 31 + channels) + np.sin(columns / 47 - channels) + np.sin((rows + columns) / 13)
    return [noise, np.asarray((waves + 3) * (255 / 6), np.uint8)]


def _write_models(model: Ssd, functions: Served, folder: Path) -> None:
    held = tf.Module()
    held.store = model.store  # the SavedModel's variables are those that it holds
    signatures = {TF2_SIGNATURE: functions.one, TF1_SIGNATURE: functions.many}
    tf.saved_model.save(held, str(folder / SAVED_MODEL), signatures=signatures)
    graph = freeze(functions.frozen, OUTPUTS)
    (folder / FROZEN_GRAPH).write_bytes(graph.SerializeToString())


def _write_facts(model: Ssd, labels: Sequence[str], folder: Path, facts: Mapping[str, Any]) -> None:
    (folder / LABEL_MAP).write_text(label_map_text(labels), encoding="utf-8")
    (folder / CONFIG).write_text(config_text(model.config), encoding="utf-8")
    card = json.dumps(_card(model, labels) | dict(facts), indent=2, ensure_ascii=False)
    (folder / CARD).write_text(f"{card}\n", encoding="utf-8")


def _card(model: Ssd, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "model": model.settings.feature_extractor.type,
        "parameters": sum(variable.shape.num_elements() for variable in model.store.vars.values()),
        "classes": {str(number): label for label, number in label_ids(labels).items()},
        "image": "uint8, 0 to 255, RGB, any size, EXIF rotation applied by the caller",
        "inputs": {
            f"{SAVED_MODEL} {TF2_SIGNATURE}": f"{TF2_KEY} (1, H, W, 3)",
            f"{SAVED_MODEL} {TF1_SIGNATURE}": f"{TF1_KEY} (B, H, W, 3)",
            FROZEN_GRAPH: f"{IMAGE_TENSOR}:0 (B, H, W, 3)",
        },
        "outputs": OUTPUTS,
        "tensorflow": tf.__version__,
    }


def _require(model: Ssd, labels: Sequence[str], folder: Path) -> None:
    if len(labels) != model.settings.num_classes:
        raise BoxwrightError(
            f"the label map has {len(labels)} classes, the model {model.settings.num_classes}"
        )
    if folder.exists() and not _is_export(folder):
        raise BoxwrightError(f"{folder} exists and is no export", "name a new folder")


def _is_export(folder: Path) -> bool:
    return folder.is_dir() and ((folder / CARD).is_file() or not any(folder.iterdir()))


def _require_agreement(differences: Mapping[str, float]) -> None:
    for name, difference in differences.items():
        if not difference < MOST_DIFFERENCE:
            raise BoxwrightError(
                f"{name} differs from the model by {difference:.1e}; at most {MOST_DIFFERENCE:.0e} is right",
                "nothing was written",
            )


def _rename(draft: Path, folder: Path) -> None:
    """Give a finished folder its name; an earlier one keeps it until then."""
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _answer(found: Mapping[str, tf.Tensor]) -> Answer:
    return {name: np.asarray(found[name], np.float32) for name in OUTPUTS}
