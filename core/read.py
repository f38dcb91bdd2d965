"""Reading a data set in any format: `read`, the first half of the public API."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from boxwright.core import options as adapter_options
from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, OptionError, relative
from boxwright.core.plugin.telling import failures_told
from boxwright.core.plugins import Format, adapter_of, adapters, sniffed
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Dataset, ImageRecord


def read(
    path: Path | str,
    format: Format | None = None,
    *,
    labels: Iterable[str] | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    strict: bool = False,
    on: Mapping[str, Action] | None = None,
    decode: bool = False,
    **options: object,
) -> Dataset:
    """Open a data set; its records are read when it is iterated, afresh each time.

    path        the root, or the folder or file that people take for it
    format      an adapter's name, or an Adapter; None: found by looking at the data
    labels      a closed list: any other label is an error. None: all labels
    on_problem  called with every problem of every pass; None: the last full pass's are in `dataset.problems`
    strict      whether every problem is an error
    on          actions for single problem codes, over `strict`: {"duplicate_box": "skip"}
    decode      whether every image is decoded completely, to find damage inside
    options     the adapter's own, see `boxwright adapters NAME`
    raises      OptionError for wrong arguments, AnnotationError for data that cannot be understood
    """
    path = Path(path)
    reader = reader_of(path, format)
    source = opened(reader, path, options)
    policy = Policy(strict=strict, actions=on or {})
    return records_of(source, reader, labels=labels, on_problem=on_problem, policy=policy, decode=decode)


def records_of(
    source: Source,
    reader: Adapter,
    *,
    labels: Iterable[str] | None,
    on_problem: Callable[[Problem], None] | None,
    policy: Policy,
    decode: bool,
) -> Dataset:
    """The records of a data set that its reader has opened; the arguments are those of `read`."""
    wanted = None if labels is None else tuple(labels)
    dataset = Dataset(wanted or source.labels, lambda: scan(), source.info)

    def scan() -> Iterator[ImageRecord]:
        found: list[Problem] = []
        context = ReadContext(
            root=source.root, policy=policy, sink=on_problem or found.append, labels=wanted, decode=decode
        )
        with _named_from(source.root), failures_told(reader):
            yield from source.scan(context)
        dataset.problems[:] = found

    return dataset


def reader_of(path: Path, format: Format | None) -> Adapter:
    """The adapter that is named or handed over, or else that knows the data; raises OptionError for none."""
    if not path.exists():
        raise OptionError(f"{path}: there is no such file or folder")
    return adapter_of(format) if format is not None else sniffed(path)


def opened(adapter: Adapter, path: Path, options: Mapping[str, object]) -> Source:
    """The data set at a path, as its reader finds it; raises OptionError or AnnotationError."""
    if adapter.read is None:
        able = ", ".join(name for name, other in adapters().items() if other.read)
        name = adapter.name
        raise OptionError(f"cannot read {name!r}: it can only be written. Formats that can be read: {able}")
    parsed = adapter_options.parse(adapter.name, adapter.options, "read", options)
    with _named_from(path if path.is_dir() else path.parent), failures_told(adapter):
        return adapter.read(path, parsed)


@contextmanager
def _named_from(root: Path) -> Generator[None]:
    """Name files in errors from the data set's root; a file that the system refuses becomes such an error."""
    try:
        yield
    except AnnotationError as error:
        raise error.relative_to(root) from error.__cause__
    except OSError as error:
        place = relative(error.filename or root, root)
        raise AnnotationError(place, "", f"cannot be read: {error.strerror or error}") from error
