"""Writes records in a process of its own: on another day, in another time zone, with sets in another order.

Run as `python -m boxwright.core.conformance.other_day ORDER`, a pickle that the kit has made just before.
"""

import datetime
import importlib
import importlib.util
import pickle
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

from boxwright.core.adapter import Adapter
from boxwright.core.conformance.passes import write

# Sets of texts have another order with another seed; a time zone that is nobody's.
ENVIRONMENT = {"PYTHONHASHSEED": "20261", "TZ": "Etc/GMT-11"}
LATER = 40 * 86400.0 + 3661  # seconds: another month, day, hour, minute and second


def adapter_in(module: ModuleType, name: str) -> Adapter | None:
    """The adapter of this name that a module holds, by itself or in a mapping of several."""
    values = list(vars(module).values())
    for value in values:
        values += value.values() if isinstance(value, dict) and value is not vars(module) else ()
        if isinstance(value, Adapter) and value.name == name:
            return value
    return None


def main(order: Path) -> None:
    """Write what the order says."""
    paths, module, file, name, limits, records, root = pickle.loads(order.read_bytes())
    sys.path[:] = paths
    _go_on_in_time()
    adapter = adapter_in(_imported(module, file), name)
    if adapter is None:
        raise SystemExit(f"no adapter {name} in {module}")
    write(adapter, limits, records, root)


def _imported(module: str, file: str | None) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:  # a file that was loaded by its path
        spec = importlib.util.spec_from_file_location(module, file or "")
        if spec is None or spec.loader is None:
            raise
        found = sys.modules[module] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
        return found


def _go_on_in_time() -> None:
    """Every clock that tells the date is later; the adapter's module is imported after this."""
    now, now_ns, local, greenwich = time.time, time.time_ns, time.localtime, time.gmtime

    def shifted(seconds: float | None) -> float:
        return now() + LATER if seconds is None else seconds

    # Any: these stand in for functions of the standard library.
    later: dict[str, Any] = {
        "time": lambda: now() + LATER,
        "time_ns": lambda: now_ns() + int(LATER * 1e9),
        "localtime": lambda seconds=None: local(shifted(seconds)),
        "gmtime": lambda seconds=None: greenwich(shifted(seconds)),
        "ctime": lambda seconds=None: time.asctime(local(shifted(seconds))),
        "strftime": _strftime(time.strftime, lambda: local(shifted(None))),
    }
    vars(time).update(later)
    vars(datetime).update(datetime=_Datetime, date=_Date)


def _strftime(original: Any, today: Any) -> Any:
    return lambda form, moment=None: original(form, today() if moment is None else moment)


class _Datetime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "_Datetime":
        return super().now(tz) + datetime.timedelta(seconds=LATER)

    @classmethod
    def utcnow(cls) -> "_Datetime":
        return cls.now(datetime.UTC).replace(tzinfo=None)


class _Date(datetime.date):
    @classmethod
    def today(cls) -> "_Date":
        return super().today() + datetime.timedelta(seconds=LATER)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
