"""Failures of a stranger's adapter, told by the name of its plugin."""

from collections.abc import Generator
from contextlib import contextmanager

from boxwright.core.adapter import Adapter
from boxwright.core.errors import BoxwrightError
from boxwright.core.plugin.origin import BUILT_IN_ORIGIN, failure
from boxwright.core.plugins import origin_of


@contextmanager
def failures_told(adapter: Adapter) -> Generator[None]:
    """Turn what an adapter of a plugin fails with into an error that names it and the line.

    What the data or the system is to blame for passes as it is, and so does a failure of a built-in adapter,
    which is a bug of ours.
    """
    try:
        yield
    except (BoxwrightError, OSError):
        raise
    except Exception as error:  # a stranger's function may fail in any way
        origin = origin_of(adapter)
        if origin is BUILT_IN_ORIGIN:
            raise
        fact = f"adapter {adapter.name!r} ({origin.text}) failed: {failure(error)}"
        raise BoxwrightError(fact, origin.remedy) from error
