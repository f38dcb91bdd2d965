"""The pages of the formats."""

from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, Le

from boxwright.core.adapter import Adapter
from boxwright.core.options import Options, reads, writes
from boxwright.core.reference.adapter_page import adapter_page, adapters_page

MODULE = "boxwright.adapters.kitti"  # its docstring and problems are told


class Given(Options):
    images: Path | None = reads(None, "folder of the images")
    hands: Literal["four", "one"] = reads("four", "how many_classes")
    shards: Annotated[int, Ge(1), Le(9)] = writes(1, "files")


FULL = Adapter(
    name="mine",
    summary="Mine (a file per image)",
    source="https://example.org/mine",
    options=Given,
    read=lambda path, options: None,  # type: ignore[arg-type, return-value]
    write=lambda *_: None,
    keeps=frozenset({"score", "area"}),
    splits={"official": lambda _: "val"},
)


def test_the_page_tells_options_fields_and_splits():
    page = adapter_page(FULL, MODULE)
    assert page.startswith(
        "# `mine`\n\nMine (a file per image). boxwright reads and writes it.\n\n"
        "Specified in: <https://example.org/mine>\n\n## Layout and units\n\n| | |\n| --- | --- |\n| Layout | "
    )
    begin, end = page.index("## Options for reading"), page.index("## Problems")
    assert page[begin:end] == (
        "## Options for reading\n\n| option | what it does |\n| --- | --- |\n"
        "| `images` | folder of the images<br>Takes a path. |\n"
        "| `hands` | how many\\_classes<br>Takes `four` or `one`, by default `four`. |\n\n"
        "## Options for writing\n\n| option | what it does |\n| --- | --- |\n"
        "| `shards` | files<br>Takes a whole number from 1 to 9, by default `1`. |\n\n"
        "## Fields when written\n\n- Kept: `area`, `score`\n"
        "- Lost, and counted: `attributes`, `crowd`, `cuboid`, `difficult`, `group`, `group_of`, `ignored`, "
        "`occluded`, `path`, `polygons`, `pose`, `source_id`, `split`, `truncated`\n\n"
        "## Splits of its own\n\n- `--split official`\n\n"
        "See [Splits that do not leak](../../explanation/splits.md).\n\n"
    )


def test_what_an_adapter_cannot_do_is_not_told():
    page = adapter_page(Adapter(name="w", summary="s", source="us", write=lambda *_: None), MODULE)
    assert "boxwright writes it.\n\nSpecified in: `us`\n" in page
    assert "## Options for writing\n\nNone.\n\n" in page
    assert "reading" not in page.partition("## Options")[2]


def test_all_formats_are_compared():
    page = adapters_page({"mine": FULL, "r": Adapter(name="r", summary="s", source="u", read=FULL.read)})
    assert "| [`mine`](mine.md) | Mine (a file per image) | reads and writes |\n" in page
    assert "| [`r`](r.md) | s | reads |\n" in page
    assert "| field | `mine` |\n" in page  # the other one writes nothing
    assert "| `score` | ✓ |\n" in page and "| `pose` |  |\n" in page
