"""Conversion from one format to another: what `boxwright convert`, `merge` and `split` call."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter
from boxwright.core.errors import OptionError
from boxwright.core.images.image_file import Placement
from boxwright.core.layout.source_look import Look, look
from boxwright.core.merge import in_source, merged, names_of
from boxwright.core.options import Options
from boxwright.core.plugins import Format
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read import read, reader_of
from boxwright.core.report import Report, report_of
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Dataset
from boxwright.core.splits import Split, parse_split, split
from boxwright.core.tally import Tally
from boxwright.core.target import finished, staged
from boxwright.core.transforms import Dropped, Transforms, transform
from boxwright.core.write import fill, identity, target_plan, writer_of
from boxwright.core.write_context import WriteContext

Progress = Callable[[Dataset], Dataset]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One data set to read; `name` is what tells it from the others."""

    name: str
    path: Path
    reader: Adapter
    options: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    """Everything that was asked for, with adapters found and options checked."""

    sources: tuple[_Source, ...]
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


def convert(
    source: Path | str | Sequence[Path | str],
    target: Path | str,
    *,
    to: Format | None = None,
    format: Format | None = None,
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

    source       one data set, or several that become one: labels are united by their names, and each image
                 lies in a folder named after its data set
    to           the target's adapter, or its name; None: the source's own format
    format       the adapter of the source, or of every source; None: found by looking at the data
    name         of the data set, for files that need one; None: the source folder's, of several the target's
    labels       a closed list: any other label in the source is an error
    split        'source', 'none', 'group:val=0.2', 'stratified:…', 'random:val=500', or the data set's own
    seed         of samples and made splits
    options      of both adapters; `from.key` and `to.key` tell them apart where both have `key`
    progress     wraps the records of each pass, of reading or writing, to show how far it is
    returns      counts, problems, losses; `unchanged` where the same conversion had finished already
    raises       OptionError, AnnotationError, WriteError; nothing is left behind then
    """
    paths, target = _paths_of(source), Path(target)
    if workers < 1:
        raise OptionError(f"workers {workers}: at least 1")
    for path in paths:
        _check_places(path, target)
    readers = [reader_of(path, format) for path in paths]
    writer = writer_of(to or _own_format(readers))
    divided = [_divided(reader, writer, _meant_for(reader, readers, options or {})) for reader in readers]
    conversion = _Conversion(
        sources=tuple(
            _Source(name=own, path=path, reader=reader, options=ours)
            for own, path, reader, (ours, _) in zip(names_of(paths), paths, readers, divided, strict=True)
        ),
        target=target,
        writer=writer,
        write_options=adapter_options.parse(writer.name, writer.options, "write", divided[0][1]),
        name=name or (names_of(paths)[0] if len(paths) == 1 else target.name),
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
    looks = {source.name: _look(source) for source in conversion.sources}
    plan = _plan(conversion, looks)
    target, writer = conversion.target, conversion.writer
    # Any: these are keyword arguments of Report.
    sources = " + ".join(str(source.path) for source in conversion.sources)
    names: dict[str, Any] = {"source": sources, "target": str(target), "format": writer.name}
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
        for seen in looks.values():
            seen.check()  # the manifest has the fingerprint of what was there before
    return report_of(tally, **names, dropped=dict(conversion.dropped), skipped=context.skipped)


def _prepared(conversion: _Conversion, tally: Tally) -> Dataset:
    datasets = {source.name: _opened(source, conversion, tally) for source in conversion.sources}
    if len(datasets) == 1:
        [dataset] = datasets.values()
    else:
        reporter = Reporter(root=Path(), policy=conversion.policy, sink=tally.problem)
        dataset = merged(datasets, reporter)
    dataset = transform(dataset, conversion.transforms, conversion.seed, conversion.dropped)
    # A data set's own splits go by its paths, which it has no longer when it is one of several.
    own = conversion.sources[0].reader.splits if len(datasets) == 1 else {}
    return split(dataset, conversion.split, conversion.seed, own)


def _opened(source: _Source, conversion: _Conversion, tally: Tally) -> Dataset:
    alone = len(conversion.sources) == 1
    return read(
        source.path,
        source.reader,
        labels=conversion.labels,
        on_problem=tally.problem if alone else lambda found: tally.problem(in_source(source.name, found)),
        strict=conversion.policy.strict,
        on=conversion.policy.actions,
        decode=conversion.decode,
        **source.options,
    )


def _plan(conversion: _Conversion, looks: Mapping[str, Look]) -> dict[str, object]:
    """What decides the bytes of the target: the same plan means the same result."""
    transforms = conversion.transforms
    plans = {
        source.name: _source_plan(source, looks[source.name].fingerprint) for source in conversion.sources
    }
    stated = {"sets": plans} if len(plans) > 1 else plans[conversion.sources[0].name]
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


def _source_plan(source: _Source, fingerprint: str) -> dict[str, object]:
    """What decides the records of one data set, and their order."""
    return {
        "format": source.reader.name,
        "name": names_of([source.path])[0],
        "fingerprint": fingerprint,
        "options": adapter_options.plain(_stated(source)),
    }


def _look(source: _Source) -> Look:
    """A look at the data set's files; those that its options name belong to it."""
    return look(source.path, *_paths(_stated(source).values()))


def _stated(source: _Source) -> dict[str, object]:
    options = adapter_options.parse(source.reader.name, source.reader.options, "read", source.options)
    return {key: getattr(options, key) for key in adapter_options.names(type(options), "read")}


def _paths_of(source: Path | str | Sequence[Path | str]) -> list[Path]:
    if isinstance(source, Path | str):
        return [Path(source)]
    if not source:
        raise OptionError("no source: give the path of at least one data set")
    return [Path(path) for path in source]


def _own_format(readers: Sequence[Adapter]) -> Adapter:
    """The one format of all sources; raises OptionError where there are several."""
    names = dict.fromkeys(reader.name for reader in readers)
    if len(names) > 1:
        raise OptionError(f"the sources are of several formats: {', '.join(names)}", "--to NAME says which")
    return readers[0]


def _paths(options: Iterable[object]) -> Iterable[Path]:
    """The folders and files that options name, as far as they exist: they belong to the source."""
    return (value for value in options if isinstance(value, Path) and value.exists())


def _meant_for(
    reader: Adapter, readers: Sequence[Adapter], options: Mapping[str, object]
) -> Mapping[str, object]:
    """Without the options that another one of several readers has and this one has not."""
    own = adapter_options.names(reader.options, "read")
    others = {name for other in readers for name in adapter_options.names(other.options, "read")}.difference(
        own
    )
    return {name: value for name, value in options.items() if name.removeprefix("from.") not in others}


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


def _check_places(source: Path, target: Path) -> None:
    inside, outside = Path(os.path.abspath(target)), Path(os.path.abspath(source))
    if inside == outside or outside in inside.parents:
        raise OptionError(f"{target} lies inside the source {source}", "write to a folder outside of it")
    if inside in outside.parents:
        raise OptionError(f"the source {source} lies inside {target}", "write to a folder of its own")
