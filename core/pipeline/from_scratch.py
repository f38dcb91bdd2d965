"""A config for training from random weights: nothing may stay as it is drawn."""

from boxwright.core.pipeline.config import PipelineConfig
from boxwright.core.pipeline.ssd import Ssd


def from_scratch(config: PipelineConfig) -> tuple[PipelineConfig, tuple[str, ...]]:
    """The config without checkpoint and without frozen parts, and the settings that were dropped."""
    training = config.train_config
    patterns = ("freeze_variables", "update_trainable_variables")
    dropped = [name for name in patterns if getattr(training, name)]
    changes: dict[str, object] = dict.fromkeys(dropped, ())
    if training.fine_tune_checkpoint:
        changes["fine_tune_checkpoint"] = ""
    model = config.model
    if model.ssd is not None and model.ssd.freeze_batchnorm:
        model = model.model_copy(update={"ssd": _normalized(model.ssd)})
        dropped.append("freeze_batchnorm")
    training = training.model_copy(update=changes)
    return config.model_copy(update={"model": model, "train_config": training}), tuple(dropped)


def _normalized(settings: Ssd) -> Ssd:
    """With batch norm that learns, in the base network as the config states it.

    A MobileNet's own has averages that take 10,000 steps to follow; a config that froze them never said so.
    """
    extractor = settings.feature_extractor
    if extractor.conv_hyperparams.batch_norm is not None:
        extractor = extractor.model_copy(update={"override_base_feature_extractor_hyperparams": True})
    return settings.model_copy(update={"freeze_batchnorm": False, "feature_extractor": extractor})
