"""Where checkpoints are: their prefixes, found without TensorFlow.

A checkpoint is `<prefix>.data-00000-of-00001`, the values, and `<prefix>.index`, their names. The index
comes last, so that a checkpoint that is seen is complete.
"""

from collections.abc import Iterable
from pathlib import Path

from boxwright.core.errors import BoxwrightError, nearest
from boxwright.core.fetch.catalogue import ITEMS, known_model
from boxwright.core.fetch.fetched import fetched_checkpoint

DATA, INDEX = ".data-00000-of-00001", ".index"


def steps_in(folder: Path) -> list[int]:
    """The steps of a folder's complete checkpoints `model.ckpt-<step>`, ascending."""
    names = [path.name.removeprefix("model.ckpt-") for path in folder.glob(f"model.ckpt-*{INDEX}")]
    numbers = [name.removesuffix(INDEX) for name in names]
    return sorted(int(number) for number in numbers if number.isdigit())


def at_step(folder: Path, step: int) -> Path:
    """The prefix of a step's checkpoint."""
    return folder / f"model.ckpt-{step}"


def prefix_of(path: Path | str) -> Path:
    """A checkpoint's prefix, from the prefix itself, one of its files, or a folder (its last checkpoint).

    path    where nothing is there, the name of a model that was fetched, or a path into its archive
    raises  BoxwrightError where there is none
    """
    path = Path(path)
    if path.is_dir():
        for folder in (path, path / "checkpoints"):
            if steps := steps_in(folder):
                return at_step(folder, steps[-1])
            if (folder / f"model.ckpt{INDEX}").exists():
                return folder / "model.ckpt"
        raise BoxwrightError(f"{path}: no checkpoint in this folder", "model.ckpt.index is looked for")
    prefix = path.with_name(path.name.removesuffix(INDEX).removesuffix(DATA))
    if prefix.with_name(prefix.name + INDEX).exists() or (path.suffix == ".ckpt" and path.is_file()):
        return prefix  # until 2016 a checkpoint was a single file
    fetched = fetched_checkpoint(str(prefix))
    if fetched is None:
        raise _missing(path, prefix)
    return fetched


def check_start(path: str | None, checkpoints: Path) -> None:
    """Raise BoxwrightError where a run that has to start from a checkpoint names one that is not there.

    checkpoints   the folder of the run's own: it goes on from the last of them, where there is one
    """
    if path and not steps_in(checkpoints):
        prefix_of(path)


def _missing(path: Path, prefix: Path) -> BoxwrightError:
    fact = f"{path}: no such checkpoint"
    if model := known_model(str(prefix)):
        return BoxwrightError(fact, f"`boxwright fetch {model.name}` brings it")
    hint = f"a checkpoint is named without {INDEX} and {DATA}"
    return BoxwrightError(fact + nearest(prefix.name, _names_beside(prefix)), hint)


def _names_beside(prefix: Path) -> Iterable[str]:
    """What the last part of a path may have meant: another checkpoint there; a model, where it is all."""
    yield from (path.name.removesuffix(INDEX) for path in prefix.parent.glob(f"*{INDEX}"))
    if prefix == Path(prefix.name):
        yield from (item.name for item in ITEMS.values() if item.kind != "data set")
