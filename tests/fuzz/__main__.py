"""Fuzzes the readers for some minutes each, and stops at what none of them may do.

    python -m tests.fuzz                          every reader, five minutes each
    python -m tests.fuzz coco kitti --minutes 1   these two, one minute each
    python -m tests.fuzz coco --case 1234         one case, whose files stay for a look

A reader may raise one of boxwright's own errors or give records that can be written and read back; it may not
raise anything else, warn, take over two seconds or over 200 MB. A case is made from the reader's name, the
seed and a number alone, so a fault comes back when its number is asked for.
"""

import argparse
import faulthandler
import itertools
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from tests.fuzz.case import case
from tests.fuzz.judge import Verdict, resident, verdict
from tests.fuzz.readers import READERS

STUCK = 120  # seconds that a case may take before the run is ended with a traceback
WARM, LOOK = 500, 10_000  # cases after which memory is looked at first, and again and again


def main() -> int:
    """Fuzz the readers that were asked for; 1 where one has a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--minutes", type=float, default=5.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int, help="read this case alone")
    parser.add_argument(
        "--faults", type=int, default=10, help="after so many of a reader, the next one's turn"
    )
    parser.add_argument("--folder", type=Path, default=Path(gettempdir(), "boxwright-fuzz"))
    options = parser.parse_args()
    faulthandler.enable()  # of a crash, the traceback
    if unknown := set(options.readers) - READERS.keys():
        parser.error(f"no reader {', '.join(sorted(unknown))}")
    return int(any([_run(name, options) for name in options.readers or READERS]))


def _run(name: str, options: argparse.Namespace) -> bool:
    """Whether a reader has faults."""
    reader, seeds = READERS[name], READERS[name].seeds()
    numbers = itertools.count() if options.case is None else iter((options.case,))
    total, end = _Total(), time.monotonic() + 60 * options.minutes
    while time.monotonic() < end and total.faults < options.faults:
        if (number := next(numbers, None)) is None:
            break
        made = case(name, seeds, options.seed, number)
        folder = options.folder / name / ("data" if options.case is None else made.name)
        faulthandler.dump_traceback_later(STUCK, exit=True)
        total.add(made.name, verdict(reader, made, folder))
        faulthandler.cancel_dump_traceback_later()
    print(f"{name}: {total}", flush=True)
    return bool(total.faults)


@dataclass
class _Total:
    """What the cases of a reader have cost so far; faults are printed as they come."""

    cases: int = 0
    refused: int = 0
    faults: int = 0
    slowest: tuple[float, str] = (0.0, "")
    biggest: tuple[int, str] = (0, "")
    resident: list[int] = field(default_factory=list)

    def add(self, name: str, found: Verdict) -> None:
        self.cases, self.refused = self.cases + 1, self.refused + found.refused
        self.slowest = max(self.slowest, (found.seconds, name))
        self.biggest = max(self.biggest, (found.memory, name))
        if self.cases % LOOK == WARM:
            self.resident.append(resident() >> 20)
        if found.fault:
            self.faults += 1
            print(f"{name}: {found.fault}", flush=True)

    def __str__(self) -> str:
        seconds, slowest = self.slowest
        memory, biggest = self.biggest
        return (
            f"{self.cases} cases, {self.refused} refused, {self.faults} faults; "
            f"slowest {seconds:.2f} s ({slowest}), most memory {memory >> 20} MB ({biggest}); "
            f"in all {', '.join(map(str, self.resident))} MB after {WARM} cases and every {LOOK}"
        )


if __name__ == "__main__":
    sys.exit(main())
