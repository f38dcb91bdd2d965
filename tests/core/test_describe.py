"""Adapters and problem codes as text."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from boxwright.core.adapter import KEEPABLE, Adapter, Source
from boxwright.core.describe import described, problems_page
from boxwright.core.options import Options, reads, writes
from boxwright.core.problems import RULES
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import ImageRecord


class Given(Options):
    images: Path | None = reads(
        None, "folder of the images, when they are not beside the annotations, which is rare"
    )
    hands: str = reads("four", "how many classes")
    digits: int = writes(2, "decimals")


def scan(_: ReadContext) -> Iterator[ImageRecord]:
    return iter(())


def read(path: Path, _: Any) -> Source:
    return Source(root=path, scan=scan)


def write(*_: object) -> None: ...


FULL = Adapter(
    name="mine",
    summary="Mine (a file per image)",
    source="https://example.org/mine",
    options=Given,
    read=read,
    write=write,
    keeps=frozenset({"score", "area"}),
    splits={"official": lambda _: "val", "by_actor": lambda _: "val"},
)


def test_an_adapter_is_told_in_full():
    assert described(FULL) == (
        "mine: Mine (a file per image)\n"
        "can read write\n"
        "options for reading:\n"
        "  images=None\n"
        "      folder of the images, when they are not beside the annotations, which is\n"
        "      rare\n"
        "  hands=four\n"
        "      how many classes\n"
        "options for writing:\n"
        "  digits=2\n"
        "      decimals\n"
        "keeps: area, score\n"
        "loses: attributes, crowd, cuboid, difficult, group, group_of, ignored, occluded,\n"
        "  path, polygons, pose, source_id, split, truncated\n"
        "splits: by_actor, official\n"
        "source: https://example.org/mine"
    )


def test_what_an_adapter_cannot_do_is_not_told():
    text = described(Adapter(name="r", summary="s", source="u", read=read))
    assert text == "r: s\ncan read\noptions for reading: none\nsource: u"
    text = described(replace(FULL, read=None, splits={}, keeps=KEEPABLE))
    assert text.splitlines()[1:3] == ["can write", "options for writing:"]
    assert "loses: nothing" in text and "splits" not in text


def test_an_adapter_that_keeps_nothing_optional_says_so():
    assert "keeps: edges and labels alone\n" in described(replace(FULL, keeps=frozenset()))


def test_the_page_of_problems_names_every_code_and_action_with_the_default_first():
    rows = [line for line in problems_page().splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == list(RULES)
    for row, rule in zip(rows, RULES.values(), strict=True):
        actions = row.split(" | ")[2]
        assert actions.startswith(f"`{rule.default}`: ")
        assert all(f"`{action}`: {effect}" in actions for action, effect in rule.effects.items())


@pytest.mark.parametrize(
    "text", [text for rule in RULES.values() for text in (rule.meaning, *rule.effects.values())]
)
def test_no_text_of_a_code_breaks_the_table(text: str):
    assert "|" not in text and "\n" not in text
