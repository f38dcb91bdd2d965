"""Whether a reader met a case as it must: one of its own errors or good records, soon, in little memory."""

import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.case import Case
from tests.fuzz.readers import Reader

# What the parsers promise of small hostile files; most mutated ones have some KB, a few have megabytes.
MOST_SECONDS, SECONDS_OF_A_BYTE = 2.0, 0.2e-6  # of CPU
MOST_MEMORY, MEMORY_OF_A_BYTE = 200 << 20, 20  # bytes; short values of JSON take 20 times their text
STATUS, RESET, RESET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs"), "5"


@dataclass(frozen=True)
class Verdict:
    """What a case cost, and what is wrong with that: a traceback, or '' where nothing is."""

    seconds: float
    memory: int
    fault: str
    refused: bool


def verdict(reader: Reader, case: Case, folder: Path) -> Verdict:
    """Write a case's files to a folder and read them; the folder keeps them."""
    case.write(folder)
    before, start = _peak(reset=True), time.process_time()
    fault, refused = _fault(reader, case, folder)
    seconds, memory = time.process_time() - start, _peak() - before
    size = sum(map(len, case.files.values()))
    if not fault and seconds > MOST_SECONDS + SECONDS_OF_A_BYTE * size:
        fault = f"{seconds:.1f} seconds of CPU"
    if not fault and memory > MOST_MEMORY + MEMORY_OF_A_BYTE * size:
        fault = f"{memory >> 20} MB"
    return Verdict(seconds, memory, fault, refused)


def _fault(reader: Reader, case: Case, folder: Path) -> tuple[str, bool]:
    """What went wrong, and whether the reader refused the files."""
    try:
        with warnings.catch_warnings(action="error"):
            reader.read(folder, case.random)
    except reader.expected as error:
        return ("" if str(error) else "an error without a message"), True
    except Exception:
        return traceback.format_exc(), False
    return "", False


def resident() -> int:
    """Bytes of memory that this process has now, or 0 where the system does not tell."""
    return _status("VmRSS:")


def _peak(*, reset: bool = False) -> int:
    """The most bytes of memory that this process has had since the last reset, or 0."""
    if reset and RESET.exists():
        RESET.write_text(RESET_PEAK)
    return _status("VmHWM:")


def _status(key: str) -> int:
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith(key)), 0)
