"""What is fuzzed: every reader, what it starts from, and what may come out of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import boxwright
from boxwright.core.errors import BoxwrightError, WriteError
from boxwright.core.images.image_header import read_header
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.text import config_text, parse_config, read_config
from boxwright.core.plugins import adapters
from boxwright.core.problems import RULES, Action
from boxwright.core.schema import Dataset, ImageRecord
from boxwright.core.tfrecord.label_map import read_label_map
from tests.fuzz import seeds
from tests.fuzz.seeds import Files

FORMATS = sorted(name for name, adapter in adapters().items() if adapter.read)
OPTIONS: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "egohands": ({"rescale": True}, {"hands": "one"}),
    "kitti": ({"unlabelled": "negative"},),
    "pascal_voc": ({"unlabelled": "negative"}, {"origin": 0}),
}
# Reading back what was read already must change nothing, whatever was kept.
KEPT: Mapping[str, Action] = {code: "keep" for code, rule in RULES.items() if "keep" in rule.effects}
# What JSON lines cannot hold, and say so: bytes of file names that are no text, and lines without end.
REFUSALS = ("a text holds bytes that are no text", "its line is longer than")


@dataclass(frozen=True)
class Reader:
    """One reader: the valid files it starts from, and what reads them.

    read      reads the files in a folder; random chooses options
    expected  the only exceptions that may come out
    """

    seeds: Callable[[], Files]
    read: Callable[[Path, Random], object]
    expected: tuple[type[Exception], ...] = (BoxwrightError,)


def _read_data_set(format: str, folder: Path, random: Random) -> None:
    for name in (format, random.choice(FORMATS)):
        if (sniff := adapters()[name].sniff) is not None:
            assert sniff(folder) in (True, False)
    options = random.choice(({}, {}, *OPTIONS.get(format, ())))
    dataset = boxwright.read(
        folder,
        format,
        on=_actions(random),
        decode=random.random() < 0.1,
        **options,  # type: ignore[arg-type]
    )
    records = list(dataset)
    try:
        kept = Dataset(dataset.declared_labels, lambda: iter(records), dataset.info)
        boxwright.write(
            kept, folder.parent / "written" / "jsonl", format="jsonl", images="none", overwrite=True
        )
    except WriteError as error:
        if not any(refusal in str(error) for refusal in REFUSALS):
            raise AssertionError(f"a record that cannot be written: {error}") from error
        return
    back = list(_read_back(folder.parent / "written" / "jsonl"))
    assert back == [replace(record, file=None) for record in records]


def _read_back(path: Path) -> list[ImageRecord]:
    try:
        return list(boxwright.read(path, "jsonl", on=KEPT))
    except BoxwrightError as error:
        raise AssertionError(f"what was written cannot be read: {error}") from error


def _actions(random: Random) -> dict[str, Action]:
    """No actions, or any that are possible."""
    if random.random() < 0.6:
        return {}
    return {code: random.choice(sorted(rule.effects)) for code, rule in RULES.items()}


def _read_images(folder: Path, random: Random) -> None:
    for path in sorted(folder.iterdir()):
        _read_image(path)


def _read_image(path: Path) -> None:
    with open(path, "rb") as file:
        try:
            header = read_header(file, path.stat().st_size)
        except ValueError:
            return
    numbers = header.width, header.height, header.orientation
    assert set(map(type, numbers)) == {int} and min(numbers) > 0 and header.orientation <= 8


def _read_configs(folder: Path, random: Random) -> None:
    for path in sorted(folder.iterdir()):
        config = read_config(path)
        assert parse_config(config_text(config), "again") == config


def _read_label_map(folder: Path, random: Random) -> None:
    [path] = folder.iterdir()
    names = read_label_map(path)
    assert all(isinstance(id, int) and name for id, name in names.items())


READERS: Mapping[str, Reader] = {
    **{name: Reader(partial(seeds.data_set, name), partial(_read_data_set, name)) for name in FORMATS},
    "config": Reader(seeds.configs, _read_configs, (ConfigError,)),
    "image_header": Reader(seeds.images, _read_images, ()),
    "label_map": Reader(seeds.label_map, _read_label_map),
}
