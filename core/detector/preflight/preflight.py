"""The checks before a training, all together: a line when all is well, else everything that is not.

They read each record once and decode its image, in as many threads as there are cores. A run that goes on
does not decode again: see decoded_before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.input.class_names import ClassNames, read_class_names
from boxwright.core.detector.input.records import record_paths
from boxwright.core.detector.preflight import findings
from boxwright.core.detector.preflight.anchor_advice import advice
from boxwright.core.detector.preflight.anchor_coverage import best_overlaps, evenly
from boxwright.core.detector.preflight.class_findings import (
    Classes,
    coverage_finding,
    size_finding,
    unused_finding,
)
from boxwright.core.detector.preflight.decoded_before import decoded_before, remember
from boxwright.core.detector.preflight.findings import Finding, failure, text_of
from boxwright.core.detector.preflight.network_boxes import NetworkBoxes, network_boxes
from boxwright.core.detector.preflight.record_findings import record_findings
from boxwright.core.detector.preflight.setting_findings import label_findings, setting_findings
from boxwright.core.detector.preflight.survey import Survey, survey
from boxwright.core.detector.replicas import worker
from boxwright.core.detector.resizer import constant_size
from boxwright.core.detector.ssd import Ssd, ssd
from boxwright.core.detector.validation import names_records
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.input_reader import InputReader
from boxwright.core.pipeline.matching import ArgMaxMatcher

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One side of the data, training or evaluation, as its reader in the config says.

    names   what the label map calls the classes; none where there is no label map
    every   2 takes every second record; most: no more than so many of those
    """

    paths: tuple[str, ...]
    names: ClassNames
    every: int = 1
    most: int | None = None


def preflight(
    config: PipelineConfig,
    run_dir: Path,
    *,
    init: str | None = None,
    overfit: int | None = None,
    say: Say = print,
) -> None:
    """Look for what would spoil a run: prints a line and the warnings.

    init      what the run starts from, instead of what the config names
    overfit   the run trains on the first so many records, and is measured on them
    say       of the first worker only; the others look and stay silent
    raises    BoxwrightError with everything that must be put right first
    """
    classes = _classes(config)
    found = list(setting_findings(config, init or config.train_config.fine_tune_checkpoint or None))
    sides = _sides(config, overfit, found)
    paths = [path for side in sides if side for path in side.paths]
    known = decoded_before(run_dir, paths)
    train, evaluation = (_survey(side, classes, decoding=not known) for side in sides)
    stated = sides[0].names.by_id if sides[0] else {}
    if stated:
        found.extend(label_findings(stated, classes))
    found.extend(record_findings(train, evaluation))
    if stop := failure(found):
        raise stop
    labels = stated or {number: f"class {number}" for number in range(1, classes + 1)}
    share = _look_at_objects(ssd(config), train, labels, found) if train else None
    if worker().number == 0:
        remember(run_dir, paths)
        say(_told([each for each in (train, evaluation) if each], found, share))


def _sides(
    config: PipelineConfig, overfit: int | None, found: list[Finding]
) -> tuple[_Side | None, _Side | None]:
    """Training and evaluation; None for what is not read, with a finding where it should be."""
    train = _side(config.train_input_reader, "train_input_reader", found)
    if train is not None:
        every = max(config.train_input_reader.sample_1_of_n_examples, 1)
        train = replace(train, every=every, most=overfit)
    if overfit is not None:
        return train, None
    if names_records(config):
        return train, _side(config.eval_input_reader[0], "eval_input_reader", found)
    hint = "boxwright convert --split group:val=0.2 makes a split to measure on"
    found.append(findings.warning("no records for evaluation: nothing will be measured", hint))
    return train, None


def _side(reader: InputReader, place: str, found: list[Finding]) -> _Side | None:
    """What a reader names; None, and a finding, where it does not exist."""
    try:
        if reader.tf_record_input_reader is None or not reader.tf_record_input_reader.input_path:
            hint = "boxwright convert makes records; with --split group:val=0.2, of both sides"
            raise ConfigError(place, "names no records", hint)
        paths = record_paths(reader.tf_record_input_reader.input_path)
        label_map = reader.label_map_path
        if place == "eval_input_reader" and not label_map:
            raise ConfigError(place, "names no label_map_path", "evaluation tells classes by name")
        names = read_class_names(label_map, display_first=reader.use_display_name) if label_map else None
    except BoxwrightError as error:
        fact = str(error).removesuffix(f"\n  hint: {error.hint}")
        found.append(findings.error(fact, error.hint or "is the path right?"))
        return None
    return _Side(paths=paths, names=names or ClassNames())


def _survey(side: _Side | None, classes: int, *, decoding: bool) -> Survey | None:
    if side is None:
        return None
    return survey(
        side.paths, side.names, classes=classes, every=side.every, most=side.most, decoding=decoding
    )


def _look_at_objects(
    model: Ssd, train: Survey, labels: Mapping[int, str], found: list[Finding]
) -> float | None:
    """Add what is found in training objects; the share of them that anchors cover, if it is known."""
    found.extend(unused_finding(train.classes, labels))
    resizer = model.settings.image_resizer
    if (size := constant_size(resizer)) is None:
        return None
    seen = network_boxes(train, resizer, size)
    found.extend(size_finding(seen, train.classes, labels))
    return _look_at_anchors(model, seen, train.classes, labels, found)


def _look_at_anchors(
    model: Ssd, seen: NetworkBoxes, classes: Classes, labels: Mapping[int, str], found: list[Finding]
) -> float | None:
    matcher = model.settings.matcher.argmax_matcher or ArgMaxMatcher()
    generator = model.settings.anchor_generator.ssd_anchor_generator
    if matcher.ignore_thresholds or generator is None:
        return None
    threshold, rows = matcher.matched_threshold, evenly(len(seen.boxes))
    boxes = seen.boxes[rows]
    best = best_overlaps(boxes, model.anchors_for(*seen.size))

    def advise(missed: NDArray[np.bool_]) -> str:
        return advice(boxes[missed], generator, seen.size, threshold, cache(model.grids_for))

    found.extend(coverage_finding(best, classes[rows], labels, threshold=threshold, advise=advise))
    return float((best >= threshold).mean())


def _told(surveys: Sequence[Survey], found: Sequence[Finding], share: float | None) -> str:
    """The summary, and the warnings below it."""
    images = " + ".join(str(each.images) for each in surveys)
    boxes = " + ".join(str(len(each.boxes)) for each in surveys)
    state = "all well" if not found else f"{len(found)} warning{'s' if len(found) > 1 else ''}"
    anchors = "" if share is None else f"; anchors cover {np.floor(100 * share):.0f} %"
    lines = [f"pre-flight: {images} images, {boxes} boxes, {state}{anchors}"]
    return "\n".join([*lines, *(text_of(finding) for finding in found)])


def _classes(config: PipelineConfig) -> int:
    if config.model.ssd is None:
        raise ConfigError("model", "only ssd can be trained", "model { ssd { ... } }")
    return config.model.ssd.num_classes
