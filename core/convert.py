"""Conversion from one format to another: what `boxwright convert`, `merge` and `split` call."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter
from boxwright.core.conversion import Conversion, ConversionSource, look_at, plan_of
from boxwright.core.conversion_options import divided, meant_for
from boxwright.core.errors import OptionError
from boxwright.core.images.image_file import Placement
from boxwright.core.merge import in_source, merged, names_of
from boxwright.core.plugins import Format
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read import opened, reader_of, records_of
from boxwright.core.report import Report, report_of
from boxwright.core.reporter import Reporter
from boxwright.core.schema import Dataset
from boxwright.core.splits import parse_split, split
from boxwright.core.tally import Tally
from boxwright.core.target import finished, staged
from boxwright.core.transforms import Transforms, transform
from boxwright.core.write import fill, writer_of
from boxwright.core.write_context import WriteContext

Progress = Callable[[Dataset], Dataset]


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
    options_of = [divided(reader, writer, meant_for(reader, readers, options or {})) for reader in readers]
    conversion = Conversion(
        sources=tuple(
            _source(own, path, reader, ours)
            for own, path, reader, (ours, _) in zip(names_of(paths), paths, readers, options_of, strict=True)
        ),
        target=target,
        writer=writer,
        write_options=adapter_options.parse(writer.name, writer.options, "write", options_of[0][1]),
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


def _source(name: str, path: Path, reader: Adapter, options: dict[str, object]) -> ConversionSource:
    # Opened when that is first asked for: COCO's file is parsed as a whole then.
    once = cache(partial(opened, reader, path, options))
    return ConversionSource(name=name, path=path, reader=reader, options=options, opened=once)


def _run(
    conversion: Conversion,
    workers: int,
    overwrite: bool,
    on_problem: Callable[[Problem], None] | None,
    progress: Progress,
) -> Report:
    looks = {source.name: look_at(source, conversion.target) for source in conversion.sources}
    plan = plan_of(conversion, looks)
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


def _prepared(conversion: Conversion, tally: Tally) -> Dataset:
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


def _opened(source: ConversionSource, conversion: Conversion, tally: Tally) -> Dataset:
    alone = len(conversion.sources) == 1
    return records_of(
        source.opened(),
        source.reader,
        labels=conversion.labels,
        on_problem=tally.problem if alone else lambda found: tally.problem(in_source(source.name, found)),
        policy=conversion.policy,
        decode=conversion.decode,
    )


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


def _check_places(source: Path, target: Path) -> None:
    inside, outside = Path(os.path.abspath(target)), Path(os.path.abspath(source))
    if inside == outside or outside in inside.parents:
        raise OptionError(f"{target} lies inside the source {source}", "write to a folder outside of it")
    if inside in outside.parents:
        raise OptionError(f"the source {source} lies inside {target}", "write to a folder of its own")
