"""Checkpoints by name, as TensorFlow 1 wrote them: the original reads ours, and we read its.

A checkpoint is `<prefix>.data-00000-of-00001`, the values, and `<prefix>.index`, their names. The index
comes last, so that a checkpoint that is seen is complete.
"""

import os
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tensorflow as tf

from boxwright.core.detector.checkpoint_prefix import DATA, INDEX, at_step, prefix_of, steps_in
from boxwright.core.detector.variables import Store
from boxwright.core.errors import BoxwrightError
from boxwright.core.whole_file import write_text

# detection: the names are those of the detector; classification: its backbone's, without the first scope.
Kind = Literal["detection", "classification"]

BACKBONE = "FeatureExtractor/"
STEP = "global_step"
TEMPORARY = "_temp"  # of what is being written; left behind by a killed process
# What TensorFlow 2's own checkpoints, which go by objects and not by names, all hold.
_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What became of a detector's variables, and of those in a checkpoint, by name.

    loaded    have the checkpoint's values
    new       keep their first values, since the checkpoint's have another shape: ours, then the checkpoint's
    missing   keep their first values, since the checkpoint has none
    unused    of the checkpoint, not of the detector: slots of an optimiser, or another model's
    """

    path: str
    kind: Kind
    loaded: tuple[str, ...]
    new: dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
    missing: tuple[str, ...]
    unused: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"{self.path}: {self.kind} checkpoint"]
        for title, names in (
            ("loaded", self.loaded),
            ("new, of another shape", [f"{n} {a} not {b}" for n, (a, b) in self.new.items()]),
            ("new, not in the checkpoint", self.missing),
            ("unused", self.unused),
        ):
            lines.append(f"  {len(names):4d} {title}{_examples(names)}")
        return "\n".join(lines)


def save(prefix: Path, values: Mapping[str, tf.Variable | tf.Tensor]) -> None:
    """Write a checkpoint, whole or not at all."""
    names = sorted(values)
    written = _draft(prefix)
    tf.raw_ops.SaveV2(
        prefix=str(written),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.convert_to_tensor(values[name]) for name in names],
    )
    for suffix in (DATA, INDEX):
        _to_disk(written.with_name(prefix.name + suffix))
    _move(written, prefix)


def copy(source: Path, target: Path) -> None:
    """Have a checkpoint in a second place, whole or not at all; without more room where both share a disk."""
    draft = _draft(target)
    for suffix in (DATA, INDEX):
        file, again = source.with_name(source.name + suffix), draft.with_name(draft.name + suffix)
        try:
            os.link(file, again)
        except OSError:  # another disk, or a file system without links
            shutil.copyfile(file, again)
            _to_disk(again)
    _move(draft, target)


def delete(prefix: Path) -> None:
    """Remove a checkpoint; what is seen of it stays complete."""
    for suffix in (INDEX, DATA):
        prefix.with_name(prefix.name + suffix).unlink(missing_ok=True)


def remove_orphans(folder: Path) -> list[Path]:
    """Remove what a killed process left half-written; only for who holds the folder's lock."""
    orphans = sorted(folder.glob(f"*{TEMPORARY}"))
    for orphan in orphans:
        shutil.rmtree(orphan)
    for data in folder.glob(f"*{DATA}"):
        if not data.with_name(data.name.removesuffix(DATA) + INDEX).exists():
            data.unlink()
            orphans.append(data)
    return orphans


def save_step(folder: Path, step: int, values: Mapping[str, tf.Variable | tf.Tensor], *, keep: int) -> Path:
    """Write a step's checkpoint into a folder, and let go of all but the last `keep`; its prefix."""
    prefix = at_step(folder, step)
    save(prefix, {**values, STEP: tf.constant(step, tf.int64)})
    for old in steps_in(folder)[:-keep]:
        delete(at_step(folder, old))
    # What the original and tf.train.latest_checkpoint look into.
    write_text(folder / "checkpoint", f'model_checkpoint_path: "{prefix.name}"\n')
    return prefix


def values_of(prefix: Path) -> dict[str, tf.Tensor]:
    """All values of a checkpoint, by name."""
    with _readable(prefix):
        reader = tf.train.load_checkpoint(str(prefix))
        return {name: tf.constant(reader.get_tensor(name)) for name in reader.get_variable_to_shape_map()}


def restore(store: Store, path: Path | str, kind: Kind | None = None, *, within: str = "") -> Restored:
    """Give a detector's variables the values that a checkpoint has for them, where shapes agree.

    kind     None: what the checkpoint's names say
    within   only variables whose names start so: "FeatureExtractor/" leaves out the predictors
    raises   BoxwrightError where nothing of the backbone is found, for training from that is a mistake
    """
    prefix = prefix_of(path)
    with _readable(prefix):
        reader = tf.train.load_checkpoint(str(prefix))
    shapes = {name: tuple(shape) for name, shape in reader.get_variable_to_shape_map().items()}
    if _OBJECT_GRAPH in shapes:
        fact = "goes by objects (TensorFlow 2), not by names"
        raise BoxwrightError(f"{path}: {fact}", "take the model zoo's archive for TensorFlow 1")
    kind = kind or kind_of(shapes, store)
    sources = {name: _source(name, kind) for name in store.vars if name.startswith(within)}
    same = {n: s for n, s in sources.items() if s in shapes and shapes[s] == tuple(store.vars[n].shape)}
    other = {n: s for n, s in sources.items() if s in shapes and n not in same}
    if not any(name.startswith(BACKBONE) for name in same):
        raise _no_backbone(path, kind, store, shapes)
    with _readable(prefix):
        for name, source in same.items():
            store.vars[name].assign(reader.get_tensor(source))
    return Restored(
        path=str(prefix),
        kind=kind,
        loaded=tuple(sorted(same)),
        new={name: (tuple(store.vars[name].shape), shapes[other[name]]) for name in sorted(other)},
        missing=tuple(sorted(store.vars.keys() - same.keys() - other.keys())),
        unused=tuple(sorted(shapes.keys() - set(sources.values()))),
    )


def kind_of(names: Mapping[str, object], store: Store) -> Kind:
    """What a checkpoint is of, by which of the detector's variables it names."""
    kinds: tuple[Kind, Kind] = ("detection", "classification")
    return max(kinds, key=lambda kind: sum(_source(name, kind) in names for name in store.vars))


def _source(name: str, kind: Kind) -> str:
    """A variable's name in a checkpoint; nothing outside of the backbone is in one of a classifier."""
    if kind == "detection":
        return name
    return name.removeprefix(BACKBONE) if name.startswith(BACKBONE) else ""


@contextmanager
def _readable(prefix: Path) -> Generator[None]:
    """Turn what TensorFlow raises about files that are cut, damaged or gone into an error of ours."""
    try:
        yield
    except (ValueError, IndexError, tf.errors.OpError) as error:  # IndexError: the values are cut
        raise BoxwrightError(f"{prefix}: cannot be read as a checkpoint: {error}") from None


def _no_backbone(path: Path | str, kind: Kind, store: Store, names: Mapping[str, object]) -> BoxwrightError:
    wanted = next(name for name in store.vars if name.startswith(BACKBONE))
    found = next((name for name in sorted(names) if name.endswith("weights")), "no weights")
    return BoxwrightError(
        f"{path}: nothing of the backbone is in this {kind} checkpoint, or in another shape",
        f"the model has {_source(wanted, kind)}, the checkpoint {found}",
    )


def _draft(prefix: Path) -> Path:
    """Where a checkpoint is written before it is moved: a prefix in an empty folder."""
    folder = prefix.with_name(prefix.name + TEMPORARY)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder / prefix.name


def _move(draft: Path, prefix: Path) -> None:
    """Move a checkpoint that is complete to its place; what is seen there is complete at any time."""
    index = prefix.with_name(prefix.name + INDEX)
    index.unlink(missing_ok=True)
    os.replace(draft.with_name(draft.name + DATA), prefix.with_name(prefix.name + DATA))
    os.replace(draft.with_name(draft.name + INDEX), index)
    shutil.rmtree(draft.parent)  # with a link to what was there already, which a move leaves


def _to_disk(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _examples(names: "tuple[str, ...] | list[str]") -> str:
    """The first few of names, `: a, b, ...`."""
    if not names:
        return ""
    return f": {', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"
