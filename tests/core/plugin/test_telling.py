"""A stranger's adapter that fails is named, with the line; the data and the system are not taken for it."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import boxwright
from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, BoxwrightError
from boxwright.core.options import Options
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Dataset, ImageRecord
from boxwright.core.write_context import WriteContext

HERE = Path(__file__)


def failing(error: BaseException) -> Adapter:
    """An adapter whose scan and whose writing end with this error, on a line with `raise error`."""

    def scan(context: ReadContext) -> Iterator[ImageRecord]:
        yield ImageRecord(path="a.jpg", width=2, height=2)
        raise error

    def write(dataset: Dataset, options: Options, context: WriteContext) -> None:
        raise error

    def read(path: Path, options: Options) -> Source:
        return Source(root=path, scan=scan)

    return Adapter(name="mine", summary="mine", source="here", read=read, write=write)


def line(text: str) -> int:
    """The line of this file where `failing` says something for the first time."""
    lines, start = inspect.getsourcelines(failing)
    return start + next(number for number, each in enumerate(lines) if each.strip() == text)


def test_a_failure_in_the_middle_of_a_pass_names_adapter_and_line(tmp_path):
    with pytest.raises(BoxwrightError) as caught:
        list(boxwright.read(tmp_path, failing(TypeError("no number"))))
    place = f"{HERE}:{line('raise error')}"
    assert str(caught.value) == (
        f"adapter 'mine' (registered by this program) failed: {place}: TypeError: no number\n"
        "  hint: mend the plugin"
    )


def test_a_failure_of_writing_is_told_likewise(tmp_path):
    dataset = Dataset((), lambda: iter(()))
    with pytest.raises(BoxwrightError, match=r"adapter 'mine' .* failed: .*TypeError: no number"):
        boxwright.write(dataset, tmp_path / "out", format=failing(TypeError("no number")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "error", [AnnotationError("a.txt", 3, "no number"), FileNotFoundError(2, "gone", "a.txt")]
)
def test_what_the_data_is_to_blame_for_stays_as_it_is(tmp_path, error):
    with pytest.raises(AnnotationError, match=r"^a\.txt"):
        list(boxwright.read(tmp_path, failing(error)))


def test_whoever_stops_the_pass_is_no_failure(tmp_path):
    records = iter(boxwright.read(tmp_path, failing(TypeError())))
    assert next(records).path == "a.jpg"
    with pytest.raises(KeyboardInterrupt):
        list(boxwright.read(tmp_path, failing(KeyboardInterrupt())))
