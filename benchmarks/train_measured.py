"""One measurement of benchmarks/train.py, as a process of its own; prints JSON.

    python benchmarks/train_measured.py WHAT CONFIG RECORDS [PATH=VALUE...]

train      steps as `boxwright train` makes them, input included: records are read, frames decoded, flipped,
           cropped and resized. Then each part of a step alone, given what the parts before it made.
detect N   N frames of 1280 x 720 as uint8 to detections: resized, predicted, decoded, suppressed

CPU seconds are those of all threads; unlike images/s they hardly depend on what else runs. What is asked for
several times is a median.
"""

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any

import tensorflow as tf

from boxwright.core.detector.box_coder import decode, scales_of
from boxwright.core.detector.gradients import clipped
from boxwright.core.detector.groundtruth import GroundTruth
from boxwright.core.detector.losses import classification_losses
from boxwright.core.detector.mining import anchor_mask, mine
from boxwright.core.detector.moving_average import update_averages
from boxwright.core.detector.settings import run_config
from boxwright.core.detector.ssd import Predictions, Ssd, ssd
from boxwright.core.detector.targets import Targets
from boxwright.core.detector.train import Options, batches, training_records
from boxwright.core.detector.train_step import Trainer, step_of, trainer
from boxwright.core.pipeline.config import PipelineConfig

FRAME = (720, 1280)  # pixels; of EgoHands, as in the records
WARM_UP, REPEATS, STEPS = 3, 9, 20

Call = Callable[..., Any]
Found = dict[str, Any]


def main(what: str, config: Path, records: Path, overrides: Sequence[str]) -> None:
    """Print what was measured."""
    settings = run_config(config, overrides, records)
    name, _, count = what.partition(" ")
    print(json.dumps(train(settings) if name == "train" else detect(settings, int(count))))


def detect(config: PipelineConfig, count: int) -> Found:
    """What it costs to find objects on `count` frames at a time."""
    model = ssd(config)
    pixels = tf.random.stateless_uniform([count, *FRAME, 3], (0, 0), 0, 256, tf.int32)
    frames = tf.cast(pixels, tf.uint8)
    found = tf.function(lambda images: model.detect(images).boxes, autograph=False)
    seconds, used = _cost(lambda: found(frames))
    return _of_images(seconds / count, used / count)


def train(config: PipelineConfig) -> Found:
    """What a step costs, and which share of that each part has."""
    size, model = config.train_config.batch_size, ssd(config)
    trained = trainer(model, tf.distribute.get_strategy(), 0)
    stream = iter(batches(model, training_records(config, Options()), Options(), first=0, batch_size=size))
    step, waits = step_of(trained), list[float]()
    awaited = _noting(stream, waits)
    # Many at once: the input of the next steps is made meanwhile.
    seconds, used = _spent(lambda: float(step(next(awaited), 0, False)["gradient_norm"]), STEPS)
    found = _of_images(seconds / size, used / size)
    read = _spent(lambda: next(stream), STEPS)[1]
    shares = {name: cost / used for name, cost in {"input": read, **_parts(trained, next(stream))}.items()}
    waiting = sum(waits[WARM_UP:]) / STEPS / seconds
    found["shares"] = {**shares, "other": 1 - sum(shares.values()), "waiting for input": waiting}
    return found


def _noting(stream: Iterator[Any], seconds: list[float]) -> Iterator[Any]:
    """The same batches; notes how long each was waited for."""
    while True:
        before = time.monotonic()
        batch = next(stream)
        seconds.append(time.monotonic() - before)
        yield batch


def _parts(trained: Trainer, batch: Mapping[str, tf.Tensor]) -> dict[str, float]:
    """CPU seconds of the parts of a step, but for its input, in order."""
    model = trained.model
    truth = GroundTruth(**{item.name: batch[item.name] for item in fields(GroundTruth)})

    def forward() -> Predictions:
        seed = tf.constant([0, 0])
        return model.predict_prepared(
            batch["images"], batch["true_sizes"], is_training=True, dropout_seed=seed
        )

    def gradients() -> dict[str, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(trained.variables)
            predicted = forward()
            losses = model.losses_of(predicted, model.targets_of(predicted, truth))
            total = losses.localization + losses.classification + model.penalty()
        return {name: value for name, value in tape.gradient(total, trained.variables).items()}

    predicted, forward_cost = _result_and_cost(forward)
    targets, targets_cost = _result_and_cost(model.targets_of, predicted, truth)
    _, mining_cost = _result_and_cost(lambda *given: _mined(model, *given), predicted, targets)
    _, losses_cost = _result_and_cost(model.losses_of, predicted, targets)
    found, all_cost = _result_and_cost(gradients)
    _, optimiser_cost = _result_and_cost(lambda given: _moved(trained, given), found)
    return {
        "forward": forward_cost,
        "targets": targets_cost,
        "mining": mining_cost,
        "losses": losses_cost - mining_cost,
        "backward": all_cost - forward_cost - targets_cost - losses_cost,
        "optimiser": optimiser_cost,
    }


def _mined(model: Ssd, predicted: Predictions, targets: Targets) -> tf.Tensor:
    """Which anchors count, as detection_loss finds them."""
    settings = model.settings
    losses = classification_losses(predicted.logits, targets, settings.loss.classification_loss)
    boxes = decode(predicted.box_codes, predicted.anchors, scales_of(settings.box_coder))
    found = mine(tf.reduce_sum(losses, -1), boxes, targets.matches, settings.loss.hard_example_miner)
    return anchor_mask(found)


def _moved(trained: Trainer, gradients: Mapping[str, tf.Tensor]) -> tf.Tensor:
    """What follows the gradients in a step; with a rate of 0 the weights stay."""
    settings = trained.model.config.train_config
    moving, norm = clipped(gradients, settings.gradient_clipping_by_norm)
    trained.updater.update(moving, tf.constant(0.0))
    if trained.averages:
        update_averages(trained.averages, trained.variables, settings.optimizer.moving_average_decay)
    return norm


def _result_and_cost(function: Call, *given: Any) -> tuple[Any, float]:
    """What the traced function returns, and the CPU seconds of a call."""
    traced = tf.function(function, autograph=False)
    return traced(*given), _cost(lambda: traced(*given))[1]


def _cost(call: Call) -> tuple[float, float]:
    """Seconds and CPU seconds of a call, medians."""
    costs = [_spent(call, 1, warm_up=0) for _ in range(WARM_UP + REPEATS)][WARM_UP:]
    return median(seconds for seconds, _ in costs), median(used for _, used in costs)


def _spent(call: Call, times: int, warm_up: int = WARM_UP) -> tuple[float, float]:
    """Seconds and CPU seconds of a call, the mean of some in a row."""
    for _ in range(warm_up):
        call()
    start, before = time.monotonic(), _cpu_seconds()
    for _ in range(times):
        call()
    return (time.monotonic() - start) / times, (_cpu_seconds() - before) / times


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _of_images(seconds: float, used: float) -> Found:
    return {
        "images_per_second": 1 / seconds,
        "cpu_seconds_per_image": used,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,  # Linux counts in KB
    }


if __name__ == "__main__":
    what, config, records, *overrides = sys.argv[1:]
    main(what, Path(config), Path(records), overrides)
