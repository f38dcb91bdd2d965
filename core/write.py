"""Writing a data set in any format: `write`, the second half of the public API."""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter
from boxwright.core.errors import BoxwrightError, OptionError, WriteError
from boxwright.core.images.image_file import Placement
from boxwright.core.manifest import TOOL, write_manifest
from boxwright.core.options import Options
from boxwright.core.plugin.telling import failures_told
from boxwright.core.plugins import Format, adapter_of, adapters
from boxwright.core.report import NO_IMAGES_HINT, Report, report_of
from boxwright.core.schema import Dataset
from boxwright.core.tally import Tally
from boxwright.core.target import staged
from boxwright.core.write_context import WriteContext


def write(
    dataset: Dataset,
    path: Path | str,
    *,
    format: Format,
    images: Placement = "copy",
    name: str | None = None,
    workers: int = 1,
    overwrite: bool = False,
    **options: object,
) -> Report:
    """Write a data set below `path`, a folder that appears whole or not at all.

    format     an adapter's name, or an Adapter
    images     copy the images, link to them, or leave them out ('none')
    name       what files that need a name are called; None: the folder's name
    workers    how many may work at a time (TFRecord); the bytes written do not depend on it
    overwrite  whether a folder with other content is replaced
    options    the adapter's own, see `boxwright adapters NAME`
    raises     OptionError, WriteError for a record that the format cannot hold or a folder that is taken
    """
    target = Path(path)
    adapter = writer_of(format)
    parsed = adapter_options.parse(adapter.name, adapter.options, "write", options)
    name = name or target.name
    tally = Tally(keeps=adapter.keeps, adapter=adapter.name)
    plan = {**identity(), "target": target_plan(adapter, parsed, name, images)}
    facts = {"source": dataset.info.name or "a data set", "target": str(target), "format": adapter.name}
    with staged(target, plan, overwrite=overwrite) as work:
        context = WriteContext(root=work, adapter=adapter.name, name=name, images=images, workers=workers)
        fill(adapter, parsed, tally.counting(dataset), context, plan, tally)
    return report_of(tally, **facts, skipped=context.skipped)


def identity() -> dict[str, object]:
    """Which tool wrote a target: the beginning of every plan."""
    return {"tool": TOOL, "version": version(TOOL)}


def target_plan(adapter: Adapter, options: Options, name: str, images: Placement) -> dict[str, object]:
    """What decides the bytes of a target, apart from its records."""
    stated = {key: getattr(options, key) for key in adapter_options.names(type(options), "write")}
    return {"format": adapter.name, "name": name, "images": images, "options": adapter_options.plain(stated)}


def fill(
    adapter: Adapter,
    options: Options,
    dataset: Dataset,
    context: WriteContext,
    plan: Mapping[str, object],
    tally: Tally,
) -> None:
    """Write all records and then the manifest into the work folder of `context`; `tally` counts them."""
    if adapter.write is None:  # writer_of has made sure that there is one
        raise BoxwrightError(f"{adapter.name} cannot write")
    context.losses, context.on_skip = tally.losses, tally.skip
    with failures_told(adapter):
        adapter.write(dataset, options, context)
    if context.skipped and not tally.images:
        raise WriteError(
            f"none of {context.skipped} images has readable pixels: there is nothing to write", NO_IMAGES_HINT
        )
    write_manifest(context.root, context.name, {**plan, **_contents(tally, dataset), **context.summary})


def _contents(tally: Tally, dataset: Dataset) -> dict[str, Any]:
    """What a manifest says about the records: counts, classes, statistics, problems, losses."""
    return {
        "info": {key: getattr(dataset.info, key) for key in ("name", "licence", "version", "source")},
        "images": tally.images,
        "boxes": tally.boxes,
        "negatives": tally.empty,
        "labels": dict(sorted(tally.labels.items())),
        "splits": {
            name: {"images": count, "boxes": tally.boxes_by_split[name]}
            for name, count in sorted(tally.splits.items())
        },
        "groups_in_several_splits": sorted(tally.overlapping_groups),
        "problems": {
            f"{code} {action}": found.count for (code, action), found in sorted(tally.problems.items())
        },
        "losses": {f"{loss.field}: {loss.reason}": loss.count for loss in tally.losses},
        "statistics": {
            "image_width": tally.widths.as_dict(),
            "image_height": tally.heights.as_dict(),
            "box_width": tally.box_widths.as_dict(),
            "box_height": tally.box_heights.as_dict(),
            "boxes_per_image": tally.boxes_per_image.as_dict(),
        },
    }


def writer_of(format: Format) -> Adapter:
    """The adapter that is named or handed over, if it can write; raises OptionError naming those that can."""
    adapter = adapter_of(format)
    if adapter.write is None:
        able = ", ".join(other.name for other in adapters().values() if other.write)
        fact = f"cannot write {adapter.name!r}: it can only be read. Formats that can be written: {able}"
        raise OptionError(fact)
    return adapter
