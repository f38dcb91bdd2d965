"""What a retraining is asked for, as a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from boxwright.core.plugins import Format
from boxwright.core.transforms import Transforms


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to retrain on what.

    source      the data set's folder or file
    model       a config's name, or a model's; a Path is a config's file
    init        the checkpoint to start from, or a fetched model's name; None: the model's, where fetched
    steps       of training; None: the config's
    settings    that override the config's: `train_config.batch_size=4`
    split       as of convert; None: the data set's own, else by group
    format      the data set's; None: found by looking
    options     of its adapter
    transforms  which labels, under which names
    """

    source: Path
    model: str | Path
    init: str | None = None
    steps: int | None = None
    settings: Sequence[str] = ()
    split: str | None = None
    seed: int = 0
    format: Format | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    transforms: Transforms = field(default_factory=Transforms)
