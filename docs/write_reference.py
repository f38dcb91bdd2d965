"""Write the pages of the reference that are made from code: `make reference`."""

from pathlib import Path

from boxwright.cli import _parser
from boxwright.core.reference.pages import stale

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Bring every generated page up to date, and say which were not."""
    for name, text in stale(ROOT, _parser()).items():
        path = ROOT / name
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(f"{'removed' if text is None else 'wrote'} {name}")


if __name__ == "__main__":
    main()
