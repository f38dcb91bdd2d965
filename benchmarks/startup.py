"""CPU seconds of starting the command line, beside Python's own start.

python benchmarks/startup.py
"""

import resource
import subprocess
import sys

RUNS = 10
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "boxwright --help": ["-m", "boxwright.cli", "--help"],
    "boxwright adapters": ["-m", "boxwright.cli", "adapters"],
}


def main() -> None:
    """Print the mean of several runs for each command."""
    for name, arguments in COMMANDS.items():
        seconds = [_cpu_seconds(arguments) for _ in range(RUNS)]
        print(f"{name:<20} {sum(seconds) / RUNS:.3f} CPU s (least {min(seconds):.3f})")


def _cpu_seconds(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
