"""Looking at a data set, through a small adapter that holds its records in memory."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from boxwright.core import plugins
from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, BoxwrightError, OptionError
from boxwright.core.inspect import Inspection, inspect
from boxwright.core.options import Options, reads
from boxwright.core.problems import Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Dataset, ImageRecord, Info


class Given(Options):
    label: str = reads("cat", "the label of all boxes")


def scan(context: ReadContext, options: Given) -> Iterator[ImageRecord]:
    """Two images of one group in two splits; of the three boxes, one is empty and one reaches out."""
    for name, split, edges in (
        ("a.jpg", "train", [(0, 0, 10, 10), (5, 5, 5, 9)]),
        ("b.jpg", "val", [(90, 0, 110, 20)]),
        ("c.jpg", "val", []),
    ):
        frame = context.frame(None, path=f"{name}.txt", declared=(100, 50))
        if frame is None:
            continue
        made = [frame.box(options.label, box, where=line) for line, box in enumerate(edges, start=1)]
        region = frame.region("DontCare", (0, 0, 1, 1), where=9)
        assert region
        boxes = tuple(box for box in made if box)
        yield ImageRecord(
            path=name, width=100, height=50, boxes=boxes, ignored=(region,), split=split, group="g"
        )


def read(path: Path, options: Any) -> Source:
    return Source(root=path, scan=lambda context: scan(context, options), info=Info(name="pets"))


MEMORY = Adapter(
    name="memory",
    summary="Records in memory",
    source="this test",
    options=Given,
    read=read,
    sniff=lambda path: path.is_dir(),
)
WRITER = Adapter(name="writer", summary="Nothing", source="this test", write=lambda *_: None)


@pytest.fixture(autouse=True)
def only_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"memory": MEMORY, "writer": WRITER}
    for module in ("boxwright.core.plugins.adapters", "boxwright.core.read.adapters"):
        monkeypatch.setattr(module, lambda: known)
    assert plugins.adapter_named("memory") is MEMORY


def test_all_there_is_and_all_that_is_wrong_is_told(tmp_path: Path):
    assert str(inspect(tmp_path)) == (
        f"{tmp_path} (memory): 3 images, 2 boxes\n"
        "  labels: cat 2\n"
        "  splits: train 1, val 2\n"
        "  negatives: 1 images without boxes\n"
        "  ignored regions: 3\n"
        "  image size: 100 x 50 to 100 x 50, mean 100 x 50\n"
        "  box size: 10 x 10 to 10 x 20, mean 10 x 15\n"
        "  groups in several splits: 1\n"
        "  problems: 6\n"
        "          1  box_empty: box dropped\n"
        "             a.jpg.txt:2: [5, 5, 5, 9] has no area\n"
        "          1  box_outside_image: clipped\n"
        "             b.jpg.txt:1: [90, 0, 110, 20] in an image of 100 x 50\n"
        "          3  missing_image: kept; a writer that needs pixels skips it\n"
        "             a.jpg.txt: no image\n"
        "             b.jpg.txt: no image\n"
        "             c.jpg.txt: no image\n"
        "             where are the images? If the format has the option, tell it:\n"
        "                 --option images=DIR\n"
        "          1  split_overlap: kept\n"
        "             b.jpg: group g is in train and in val"
    )


def test_the_same_is_there_as_plain_values(tmp_path: Path):
    found = inspect(tmp_path).as_dict()
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "path": str(tmp_path),
        "format": "memory",
        "images": 3,
        "boxes": 2,
        "ignored": 3,
        "negatives": 1,
        "labels": {"cat": 2},
        "splits": {"train": 1, "val": 2},
        "groups_in_several_splits": ["g"],
        "image_width": {"least": 100, "mean": 100, "greatest": 100},
        "image_height": {"least": 50, "mean": 50, "greatest": 50},
        "box_width": {"least": 10, "mean": 10, "greatest": 10},
        "box_height": {"least": 10, "mean": 15, "greatest": 20},
        "problems": [
            {"code": "box_empty", "action": "skip", "count": 1, "effect": "box dropped"},
            {"code": "box_outside_image", "action": "repair", "count": 1, "effect": "clipped"},
            {
                "code": "missing_image",
                "action": "keep",
                "count": 3,
                "effect": "kept; a writer that needs pixels skips it",
            },
            {"code": "split_overlap", "action": "keep", "count": 1, "effect": "kept"},
        ],
    }


def test_nothing_at_all_is_told_too(tmp_path: Path):
    found = inspect(tmp_path, on={"missing_image": "skip"})
    first, *others = str(found).splitlines()
    assert first == f"{tmp_path} (memory): 0 images, 0 boxes"
    assert others[:2] == ["  problems: 3", "          3  missing_image: image skipped"]
    assert found.as_dict()["box_width"] is None


def test_no_line_but_the_first_is_wider_than_a_terminal(tmp_path: Path):
    _, *others = str(inspect(tmp_path, options={"label": "two words " * 20})).splitlines()
    assert max(map(len, others)) <= 80


def test_options_and_labels_reach_the_reader(tmp_path: Path):
    assert inspect(tmp_path, "memory", options={"label": "dog"}).as_dict()["labels"] == {"dog": 2}
    with pytest.raises(AnnotationError) as caught:
        inspect(tmp_path, labels=["dog"])
    assert str(caught.value) == "a.jpg.txt:1: label 'cat' is not in the list dog"


@pytest.mark.parametrize("name", ["labels", "strict", "path", "colour"])
def test_an_unknown_option_is_told_even_where_it_is_named_like_an_argument(tmp_path: Path, name: str):
    with pytest.raises(OptionError) as caught:
        inspect(tmp_path, options={name: "x"})
    assert str(caught.value).startswith(f"memory option {name}: unknown; options are label")


def test_strict_makes_the_first_problem_an_error(tmp_path: Path):
    with pytest.raises(AnnotationError) as caught:
        inspect(tmp_path, strict=True)
    assert str(caught.value) == "a.jpg.txt: missing_image: no image"


def test_problems_of_the_tally_are_errors_too_where_that_is_wanted(tmp_path: Path):
    with pytest.raises(AnnotationError) as caught:
        inspect(tmp_path, on={"split_overlap": "fail"})
    assert str(caught.value) == "b.jpg: split_overlap: group g is in train and in val"


def test_every_problem_is_handed_on(tmp_path: Path):
    handed: list[Problem] = []
    inspect(tmp_path, on_problem=handed.append)
    assert [problem.code for problem in handed] == [
        "missing_image",
        "box_empty",
        "missing_image",
        "box_outside_image",
        "split_overlap",
        "missing_image",
    ]


def test_whoever_consumes_gets_the_records_and_several_passes_are_counted_once(tmp_path: Path):
    handed: list[Problem] = []
    paths: list[str] = []

    def twice(dataset: Dataset) -> None:
        for _ in range(2):
            paths.extend(record.path for record in dataset)

    found = inspect(tmp_path, consume=twice, on_problem=handed.append)
    assert paths == ["a.jpg", "b.jpg", "c.jpg"] * 2
    assert found.tally.images == 3 and len(handed) == 6


def test_progress_wraps_the_pass(tmp_path: Path):
    seen: list[Dataset] = []

    def watched(dataset: Dataset) -> Dataset:
        seen.append(dataset)
        return dataset.derive(lambda: iter(list(dataset)[:1]), None)

    assert isinstance(inspect(tmp_path, progress=watched), Inspection) and len(seen) == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((lambda path: (path / "gone", None)), "{path}/gone: there is no such file or folder"),
        ((lambda path: (path / "gone", "memory")), "{path}/gone: there is no such file or folder"),
        (
            (lambda path: (path, "memroy")),
            "no adapter named 'memroy'; did you mean 'memory'? Installed: memory, writer",
        ),
        (
            (lambda path: (path, "writer")),
            "cannot read 'writer': it can only be written. Formats that can be read: memory",
        ),
    ],
)
def test_what_cannot_be_looked_at_is_told(
    tmp_path: Path, arguments: Callable[[Path], tuple[Path, str | None]], message: str
):
    with pytest.raises(BoxwrightError) as caught:
        inspect(*arguments(tmp_path))
    assert str(caught.value) == message.format(path=tmp_path)
