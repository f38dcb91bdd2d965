"""The code of the documentation runs; page_blocks.py tells what a comment before a block may say about it."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from boxwright.core.convert import convert
from boxwright.core.demo.egohands import generate
from boxwright.core.images.image_file import ImageFile
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.write import write
from tests.page_blocks import Block, blocks_of, shown_by

ROOT = Path(__file__).parent.parent
PAGES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
)
SLOW = tuple(page for page in PAGES if any(block.mark == "slow" for block in blocks_of(ROOT / page)))
PARSED: Mapping[str, Callable[[str], object]] = {"toml": tomllib.loads, "json": json.loads}

# Some minutes less; two steps go through all the same stages.
SHORT_RUN = {"--model ssd_mobilenet_v2 --run-dir run": "--model ssd_mobilenet_v2 --run-dir run --steps 2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a page takes for granted, and what its commands are made smaller by.

    there     names of what is there before the first block: see `things`
    instead   text of the page to what is run in its place
    """

    there: tuple[str, ...] = ()
    instead: Mapping[str, str] = field(default_factory=dict)


SETTINGS: Mapping[str, Setting] = {
    "README.md": Setting(there=("egohands_data", "raccoon"), instead=SHORT_RUN),
    "docs/explanation/splits.md": Setting(there=("egohands_data",)),
    "docs/how-to/know-your-data.md": Setting(there=("egohands_data", "raccoon")),
    "docs/how-to/overfit.md": Setting(
        there=("tf",),
        instead={
            "train CONFIG": "train ssd_mobilenet_v1_egohands",
            "num_steps=150": "num_steps=2",
            "total_steps: 150 warmup_learning_rate: 0.0001 warmup_steps: 20": (
                "total_steps: 2 warmup_learning_rate: 0.0001 warmup_steps: 1"
            ),
        },
    ),
    "docs/how-to/retrain.md": Setting(
        there=("raccoon", "configs", "photos"),
        instead={
            **SHORT_RUN,
            "--init backbone/model.ckpt": (
                "--set train_config.num_steps=2 --set train_config.freeze_variables=[]"
                " --set train_config.batch_size=2"
            ),
        },
    ),
    "docs/tutorial/egohands.md": Setting(instead={"val=500": "val=5"}),
}


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of what pages take for granted, small and generated."""
    folder = tmp_path_factory.mktemp("things")
    generate(folder / "egohands_data", videos=4, frames=2)
    convert(
        folder / "egohands_data",
        folder / "tf",
        to="tfrecord",
        options={"hands": "one"},
        split="group:val=0.5",
    )
    write(_raccoons(folder / "drawn"), folder / "raccoon", format="pascal_voc")
    shutil.copytree(folder / "raccoon/JPEGImages", folder / "photos")
    shutil.copytree(ROOT / "configs", folder / "configs")
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(ROOT / page)])
def test_the_code_of_a_page_runs(page: str, things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    run_page(page, things, tmp_path, monkeypatch, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", SLOW)
def test_all_the_code_of_a_page_runs(
    page: str, things: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run_page(page, things, tmp_path, monkeypatch, slow=True)


@pytest.mark.parametrize("page", SETTINGS)
def test_what_is_replaced_stands_on_the_page(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [old for old in SETTINGS[page].instead if old not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_or_says_why_not(page: str):
    known = {"sh", "python", "text", *PARSED}
    unmarked = [block for block in blocks_of(ROOT / page) if not block.mark and block.language not in known]
    assert [f"{page}:{block.line}: {block.language or 'no language'}" for block in unmarked] == []


@pytest.mark.parametrize(
    "shown, printed, fits",
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\nc\n", "a\nb\nb\nc\n", True),
        ("...\nc\n", "c\n", True),
        ("a.c\n", "abc\n", False),
    ],
)
def test_three_dots_stand_for_any_lines(shown: str, printed: str, fits: bool):
    assert shown_by(shown, printed) is fits


def test_a_comment_before_a_block_marks_it(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- slow: trains -->\n\n```sh\na\n```\n\n<!-- else -->\n\n```text\nb\n```\n", encoding="utf-8"
    )
    found = [(block.language, block.code, block.line, block.mark) for block in blocks_of(page)]
    assert found == [("sh", "a\n", 3, "slow"), ("text", "b\n", 9, "")]


def run_page(page: str, things: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, slow: bool) -> None:
    """Run the blocks of a page in order, in one folder, and compare what they print with what it shows."""
    setting = SETTINGS.get(page, Setting())
    for name in setting.there:
        shutil.copytree(things / name, folder / name)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("BOXWRIGHT_HOME", str(folder / "home"))
    namespace: dict[str, object] = {"__name__": "page"}
    printed: str | None = None
    for block in blocks_of(ROOT / page):
        if block.language == "text":
            if not block.mark and printed is not None:
                assert shown_by(block.code, printed), f"{page}:{block.line} shows something else:\n{printed}"
        elif block.language in PARSED:
            PARSED[block.language](block.code)
        elif block.mark == "not run" or (block.mark == "slow" and not slow):
            printed = None
        else:
            printed = _printed(block, f"{page}:{block.line}", setting.instead, namespace)


def _printed(block: Block, place: str, instead: Mapping[str, str], namespace: dict[str, object]) -> str:
    code = block.code
    for old, new in instead.items():
        code = code.replace(old, new)
    return _sh(code, place) if block.language == "sh" else _python(code, place, namespace)


def _sh(code: str, place: str) -> str:
    """What the commands of a block print, errors too; each must succeed."""
    command = ["bash", "-eu", "-o", "pipefail", "-c", code]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    assert done.returncode == 0, f"{place}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def _python(code: str, place: str, namespace: dict[str, object]) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, place, "exec"), namespace)
    return printed.getvalue()


def _raccoons(folder: Path) -> Dataset:
    """Ten grey pictures, each with a box of a lighter grey; two are for evaluation."""

    def scan() -> Iterator[ImageRecord]:
        for number in range(10):
            path = folder / f"raccoon-{number}.jpg"
            if not path.exists():
                picture = Image.new("RGB", (160, 120), (80, 80, 80))
                picture.paste((200, 190, 180), (30 + number, 20, 110, 90))
                path.parent.mkdir(exist_ok=True)
                picture.save(path)
            box = Box(label="raccoon", x_min=30 + number, y_min=20, x_max=110, y_max=90)
            split = "train" if number % 5 else "val"
            yield ImageRecord(
                path=path.name, width=160, height=120, boxes=(box,), split=split, file=ImageFile(path)
            )

    return Dataset(["raccoon"], scan)
