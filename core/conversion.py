"""What a conversion was asked for, as values, and the plan that tells it from any other."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter, Source
from boxwright.core.images.image_file import Placement
from boxwright.core.layout.source_look import Look, look
from boxwright.core.merge import names_of
from boxwright.core.options import Options
from boxwright.core.problems import Policy
from boxwright.core.splits import Split
from boxwright.core.transforms import Dropped, Transforms
from boxwright.core.write import identity, target_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversionSource:
    """One data set to read; `name` is what tells it from the others, `opened` opens it once."""

    name: str
    path: Path
    reader: Adapter
    options: dict[str, object]
    opened: Callable[[], Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Everything that was asked for, with adapters found and options checked."""

    sources: tuple[ConversionSource, ...]
    target: Path
    writer: Adapter
    write_options: Options
    name: str
    images: Placement
    labels: tuple[str, ...] | None
    transforms: Transforms
    split: Split
    seed: int
    policy: Policy
    decode: bool
    dropped: Dropped = field(default_factory=Dropped)


def plan_of(conversion: Conversion, looks: Mapping[str, Look]) -> dict[str, object]:
    """What decides the bytes of the target: the same plan means the same result."""
    transforms = conversion.transforms
    plans = {
        source.name: _source_plan(source, looks[source.name].fingerprint) for source in conversion.sources
    }
    stated = {"order": list(plans), "sets": plans} if len(plans) > 1 else plans[conversion.sources[0].name]
    return {
        **identity(),
        "source": {
            **stated,
            "labels": None if conversion.labels is None else list(conversion.labels),
            "strict": conversion.policy.strict,
            "on": dict(sorted(conversion.policy.actions.items())),
            "decode": conversion.decode,
            "map": dict(sorted(transforms.map.items())),
            "only": list(transforms.only),
            "min_size": transforms.min_size,
            "drop_empty": transforms.drop_empty,
            "sample": transforms.sample,
            "limit": transforms.limit,
            "split": conversion.split.method,
            "split_sizes": dict(conversion.split.sizes),
        },
        "target": target_plan(
            conversion.writer, conversion.write_options, conversion.name, conversion.images
        ),
        "seed": conversion.seed,
    }


def _source_plan(source: ConversionSource, fingerprint: str) -> dict[str, object]:
    """What decides the records of one data set, and their order."""
    return {
        "format": source.reader.name,
        "name": names_of([source.path])[0],
        "fingerprint": fingerprint,
        "options": adapter_options.plain(_stated(source)),
    }


def look_at(source: ConversionSource, target: Path) -> Look:
    """A look at the data set's files; those that its options name belong to it."""
    return look(source.path, *_paths(_stated(source).values()), root=lambda: _root(source, target))


def _root(source: ConversionSource, target: Path) -> Path:
    """The data set's root; what was given of it where the target lies inside, and would be a change of it."""
    root = Path(os.path.abspath(source.opened().root))
    return source.path if root in Path(os.path.abspath(target)).parents else root


def _stated(source: ConversionSource) -> dict[str, object]:
    options = adapter_options.parse(source.reader.name, source.reader.options, "read", source.options)
    return {key: getattr(options, key) for key in adapter_options.names(type(options), "read")}


def _paths(options: Iterable[object]) -> Iterable[Path]:
    """The folders and files that options name, as far as they exist: they belong to the source."""
    return (value for value in options if isinstance(value, Path) and value.exists())
