"""Numbers of bytes as people read them."""

UNITS = ("bytes", "kB", "MB", "GB", "TB")
STEP = 1000  # decimal, as disks and download pages count


def in_words(count: int) -> str:
    """`812 bytes`, `76.5 MB`, `1.3 GB`."""
    value, unit = float(count), 0
    while value >= STEP and unit < len(UNITS) - 1:
        value, unit = value / STEP, unit + 1
    return f"{count} bytes" if unit == 0 else f"{value:.1f} {UNITS[unit]}"
