"""Settings that do not go together, which a run would show only at its end."""

from collections.abc import Iterable

from boxwright.core.detector.hyperparams import base_settings
from boxwright.core.detector.preflight.findings import Finding, error, warning
from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.hyperparams import BatchNorm
from boxwright.core.pipeline.ssd import Ssd

# Of a moving average, the part that is still the first value at the end of a run: three time constants.
MOST_LEFT = 0.05


def setting_findings(config: PipelineConfig, checkpoint: str | None) -> Iterable[Finding]:
    """What is wrong with a config; `checkpoint` is what its weights come from, if anything."""
    yield from _frozen_findings(config, checkpoint)
    if config.model.ssd is not None:
        yield from _norm_findings(config.model.ssd, config.train_config.num_steps)


def label_findings(labels: dict[int, str], classes: int) -> Iterable[Finding]:
    """An error where label map and num_classes do not agree: export and evaluation would refuse that."""
    if sorted(labels) != list(range(1, classes + 1)):
        ids = ", ".join(f"{number} {name}" for number, name in sorted(labels.items())[:5])
        yield error(
            f"model.ssd.num_classes is {classes}, the label map has {len(labels)}"
            f" ({ids}{', ...' if len(labels) > 5 else ''})",
            "ids run from 1 to num_classes without a gap; --records takes both from a manifest",
        )


def _frozen_findings(config: PipelineConfig, checkpoint: str | None) -> Iterable[Finding]:
    if checkpoint:
        return
    settings = config.train_config
    for name in ("freeze_variables", "update_trainable_variables"):
        if getattr(settings, name):
            yield error(
                f"train_config.{name} keeps weights as they are, and without a checkpoint they are random",
                f"--init CKPT, or --set train_config.{name}=[]",
                getattr(settings, name),
            )
    if config.model.ssd is not None and config.model.ssd.freeze_batchnorm:
        yield warning(
            "model.ssd.freeze_batchnorm without a checkpoint: nothing is normalized",
            "--init CKPT, or --set model.ssd.freeze_batchnorm=false",
        )


def _norm_findings(settings: Ssd, steps: int) -> Iterable[Finding]:
    """A warning where moving averages follow too slowly: in evaluation the network is then another one."""
    if settings.freeze_batchnorm or not steps:
        return
    norms = _norms(settings)
    decay = max((norm.decay for norm in norms.values()), default=0.0)
    if (left := decay**steps) <= MOST_LEFT:
        return
    slow = [place for place, norm in norms.items() if norm.decay**steps > MOST_LEFT]
    fitting = MOST_LEFT ** (1 / steps)
    yield warning(
        f"batch norm is slow: with decay {decay:g}, {left:.0%} of its averages are still the first ones"
        f" after {steps} steps",
        f"a decay of at most {_rounded_down(fitting)}, or model.ssd.freeze_batchnorm=true with a checkpoint",
        slow,
    )


def _norms(settings: Ssd) -> dict[str, BatchNorm]:
    """The batch norms that move, by where they are set; a MobileNet has its own unless told otherwise."""
    extractor, predictor = settings.feature_extractor, settings.box_predictor.convolutional_box_predictor
    on_top = "model.ssd.feature_extractor.conv_hyperparams.batch_norm.decay"
    base, base_place = extractor.conv_hyperparams, on_top
    if "mobilenet" in extractor.type and not extractor.override_base_feature_extractor_hyperparams:
        base = base_settings(extractor)
        base_place = "the base network's own (override_base_feature_extractor_hyperparams=true changes it)"
    stated = {
        on_top: extractor.conv_hyperparams.batch_norm,
        base_place: base.batch_norm,
        "model.ssd.box_predictor.convolutional_box_predictor.conv_hyperparams.batch_norm.decay": (
            predictor.conv_hyperparams.batch_norm if predictor else None
        ),
    }
    return {place: norm for place, norm in stated.items() if norm is not None and norm.train}


def _rounded_down(decay: float) -> str:
    """The decay with as few nines as are not above it: 0.9, 0.99, 0.999."""
    nines = 1
    while 1 - 10.0 ** -(nines + 1) <= decay:
        nines += 1
    return f"{1 - 10.0**-nines:.{nines}f}"
