"""Conversion from one format to another: what `boxwright convert` calls."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter
from boxwright.core.errors import OptionError
from boxwright.core.images.image_file import Placement
from boxwright.core.layout.source_files import fingerprint
from boxwright.core.options import Options
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read import read, reader_of
from boxwright.core.report import Report, report_of
from boxwright.core.schema import Dataset
from boxwright.core.splits import Split, parse_split, split
from boxwright.core.tally import Tally
from boxwright.core.target import finished, staged
from boxwright.core.transforms import Dropped, Transforms, transform
from boxwright.core.write import fill, identity, target_plan, writer_named
from boxwright.core.write_context import WriteContext

Progress = Callable[[Dataset], Dataset]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    """Everything that was asked for, with adapters found and options checked."""

    source: Path
    target: Path
    reader: Adapter
    writer: Adapter
    read_options: dict[str, object]
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


def convert(
    source: Path | str,
    target: Path | str,
    *,
    to: str,
    format: str | None = None,
    name: str | None = None,
    labels: Iterable[str] | None = None,
    transforms: Transforms | None = None,
    split: str = "source",
    seed: int = 0,
    options: Mapping[str, object] | None = None,
    strict: bool = False,
    on: Mapping[str, Action] | None = None,
    decode: bool = False,
    images: Placement = "copy",
    workers: int = 1,
    overwrite: bool = False,
    on_problem: Callable[[Problem], None] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Read `source` in one format and write it to the folder `target` in another.

    to, format   the target's and the source's adapter; format None: found by looking at the data
    name         of the data set, for files that need one; None: the source folder's name
    labels       a closed list: any other label in the source is an error
    split        'source', 'none', 'group:val=0.2', 'stratified:…', 'random:val=500', or the data set's own
    seed         of samples and made splits
    options      of both adapters; `from.key` and `to.key` tell them apart where both have `key`
    progress     wraps the records of each pass, of reading or writing, to show how far it is
    returns      counts, problems, losses; `unchanged` where the same conversion had finished already
    raises       OptionError, AnnotationError, WriteError; nothing is left behind then
    """
    source, target = Path(source), Path(target)
    if workers < 1:
        raise OptionError(f"workers {workers}: at least 1")
    _check_places(source, target)
    reader = reader_of(source, format)
    writer = writer_named(to)
    ours, theirs = _divided(reader, writer, options or {})
    conversion = _Conversion(
        source=source,
        target=target,
        reader=reader,
        writer=writer,
        read_options=ours,
        write_options=adapter_options.parse(writer.name, writer.options, "write", theirs),
        name=name or _name_of(source),
        images=images,
        labels=None if labels is None else tuple(labels),
        transforms=transforms or Transforms(),
        split=parse_split(split),
        seed=seed,
        policy=Policy(strict=strict, actions=on or {}),
        decode=decode,
    )
    return _run(conversion, workers, overwrite, on_problem, progress or (lambda dataset: dataset))


def _run(
    conversion: _Conversion,
    workers: int,
    overwrite: bool,
    on_problem: Callable[[Problem], None] | None,
    progress: Progress,
) -> Report:
    plan = _plan(conversion)
    target, writer = conversion.target, conversion.writer
    # Any: these are keyword arguments of Report.
    names: dict[str, Any] = {"source": str(conversion.source), "target": str(target), "format": writer.name}
    if not overwrite and finished(target, plan) is not None:
        return Report(**names, unchanged=True)
    tally = Tally(policy=conversion.policy, keeps=writer.keeps, adapter=writer.name, on_problem=on_problem)
    with staged(target, plan, overwrite=overwrite) as work:
        dataset = progress(tally.counting(_prepared(conversion, tally)))
        context = WriteContext(
            root=work,
            adapter=writer.name,
            name=conversion.name,
            images=conversion.images,
            workers=workers,
            progress=progress,
        )
        fill(writer, conversion.write_options, dataset, context, plan, tally)
    return report_of(tally, **names, dropped=dict(conversion.dropped), skipped=context.skipped)


def _prepared(conversion: _Conversion, tally: Tally) -> Dataset:
    dataset = read(
        conversion.source,
        conversion.reader.name,
        labels=conversion.labels,
        on_problem=tally.problem,
        strict=conversion.policy.strict,
        on=conversion.policy.actions,
        decode=conversion.decode,
        **conversion.read_options,
    )
    dataset = transform(dataset, conversion.transforms, conversion.seed, conversion.dropped)
    return split(dataset, conversion.split, conversion.seed, conversion.reader.splits)


def _plan(conversion: _Conversion) -> dict[str, object]:
    """What decides the bytes of the target: the same plan means the same result."""
    options = adapter_options.parse(
        conversion.reader.name, conversion.reader.options, "read", conversion.read_options
    )
    stated = {key: getattr(options, key) for key in adapter_options.names(type(options), "read")}
    transforms = conversion.transforms
    return {
        **identity(),
        "source": {
            "format": conversion.reader.name,
            "name": _name_of(conversion.source),
            "fingerprint": fingerprint(conversion.source, *_paths(stated.values())),
            "options": adapter_options.plain(stated),
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


def _paths(options: Iterable[object]) -> Iterable[Path]:
    """The folders and files that options name, as far as they exist: they belong to the source."""
    return (value for value in options if isinstance(value, Path) and value.exists())


def _divided(
    reader: Adapter, writer: Adapter, options: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Options for reading and for writing; raises OptionError for one that is neither's or both's."""
    reads = adapter_options.names(reader.options, "read")
    writes = adapter_options.names(writer.options, "write")
    ours: dict[str, object] = {}
    theirs: dict[str, object] = {}
    for given, value in options.items():
        side, _, key = given.rpartition(".")
        if side not in ("", "from", "to"):
            raise OptionError(f"option {given}: options are written key, from.key or to.key")
        if side != "to" and key in reads and not (side == "" and key in writes):
            ours[key] = value
        elif (side != "from" and key in writes and key not in reads) or side == "to":
            theirs[key] = value
        elif key in reads:
            raise OptionError(
                f"option {key}: {reader.name} and {writer.name} both have it", f"from.{key} or to.{key}"
            )
        else:
            raise OptionError(_unknown(key, reader, writer))
    return ours, theirs


def _unknown(key: str, reader: Adapter, writer: Adapter) -> str:
    reads = ", ".join(adapter_options.names(reader.options, "read")) or "none"
    writes = ", ".join(adapter_options.names(writer.options, "write")) or "none"
    return f"option {key}: unknown; reading {reader.name} has {reads}; writing {writer.name} has {writes}"


def _name_of(source: Path) -> str:
    path = Path(os.path.abspath(source))
    return path.stem if path.is_file() else path.name


def _check_places(source: Path, target: Path) -> None:
    inside, outside = Path(os.path.abspath(target)), Path(os.path.abspath(source))
    if inside == outside or outside in inside.parents:
        raise OptionError(f"{target} lies inside the source {source}", "write to a folder outside of it")
    if inside in outside.parents:
        raise OptionError(f"the source {source} lies inside {target}", "write to a folder of its own")
