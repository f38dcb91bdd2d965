"""Lists of ids by split: which counts, what is reported, and writing them."""

from pathlib import Path

import pytest

from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.layout.split_lists import SplitLists, merged, read_lists, written
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import ImageRecord
from boxwright.core.write_context import WriteContext


class Lists:
    """A folder of lists, read with a context that collects problems."""

    def __init__(self, root: Path) -> None:
        self.root, self.problems = root, list[Problem]()

    def write(self, **lists: str) -> None:
        for name, text in lists.items():
            (self.root / f"{name}.txt").write_text(text)

    def read(self, weak: tuple[str, ...] = ("trainval",), **actions: Action) -> SplitLists:
        self.context = ReadContext(root=self.root, policy=Policy(actions=actions), sink=self.problems.append)
        return merged(read_lists(self.root, "KITTI"), self.context, weak)

    def reported(self) -> list[str]:
        return [str(problem) for problem in self.problems]


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def splits(found: SplitLists, names: str) -> list[str | None]:
    listed = [found.find(name) for name in names]
    return [each.split if each else None for each in listed]


def test_the_union_names_only_what_no_other_list_does(lists: Lists):
    lists.write(train="a\n", val=" b \r\n\n", trainval="a\nb\nc\n", extra="d")
    assert splits(lists.read(), "abcde") == ["train", "val", "trainval", "extra", None]
    assert lists.problems == []


def test_an_id_in_two_lists_stays_in_the_first_and_is_reported(lists: Lists):
    lists.write(test="b\na\n", val="a\n")
    assert splits(lists.read(), "ab") == ["val", "test"]
    assert lists.reported() == ["test.txt:2: split_overlap: a is in val.txt too; it is taken as val (kept)"]


def test_a_weak_list_is_not_reported(lists: Lists):
    lists.write(test="a\nb\n", other="a\n")
    assert splits(lists.read(weak=("trainval", "test")), "ab") == ["other", "test"]
    assert lists.problems == []


def test_the_first_listed_of_several_names_counts(lists: Lists):
    lists.write(train="a\n", val="a.jpg\n")
    found = lists.read().find("x", "a.jpg", "a")
    assert found is not None and (found.name, found.split, found.line) == ("a.jpg", "val", 1)


def test_lists_of_classes_count_where_there_is_no_plain_list(lists: Lists):
    lists.write(
        train="a\n", hand_train="d 1\n", hand_val="b  1\nc -1\n", foot_val="b -1\n", no_val="e 1\nf\n"
    )
    assert splits(lists.read(), "abcdef") == ["train", "val", "val", None, None, "no_val"]


def test_what_was_not_found_is_reported_besides_what_may_be_elsewhere(lists: Lists):
    lists.write(train="a\nb\n", test="c\n")
    found = lists.read(missing_annotation="keep")
    found.find("a")
    found.report_missing(lists.context, "a label file", besides=("test",))
    assert lists.reported() == [
        "train.txt:2: missing_annotation: 'b' has neither a label file nor an image (image skipped)"
    ]
    strict = lists.read(missing_annotation="fail")
    with pytest.raises(AnnotationError):
        strict.report_missing(lists.context, "a label file")


def record(split: str | None) -> ImageRecord:
    return ImageRecord(path="a.jpg", width=None, height=None, split=split)


def test_ids_are_written_by_split_in_their_order(tmp_path: Path):
    with written(WriteContext(root=tmp_path, adapter="kitti", name="x"), "ImageSets") as add:
        for name, split in (("b", "train"), ("c", None), ("a", "train"), ("é", " my split")):
            add(record(split), name)
    found = {path.name: path.read_text("utf-8") for path in (tmp_path / "ImageSets").iterdir()}
    assert found == {"train.txt": "b\na\n", " my split.txt": "é\n"}


@pytest.mark.parametrize(
    "split, name, fact",
    [
        ("x/y", "a", "split 'x/y' holds a character that no list or name can"),
        (".x", "a", "split '.x' would be hidden"),
        ("x", " a", "a list of a split cannot hold ' a'\n  hint: rename the image"),
        ("x", "a\nb", "a list of a split cannot hold 'a\\nb'\n  hint: rename the image"),
    ],
)
def test_a_split_or_id_that_no_list_can_hold_is_refused(tmp_path: Path, split: str, name: str, fact: str):
    context = WriteContext(root=tmp_path, adapter="kitti", name="x")
    with pytest.raises(WriteError) as caught, written(context, "ImageSets") as add:
        add(record(split), name)
    assert str(caught.value) == f"a.jpg: kitti cannot hold it: {fact}"
