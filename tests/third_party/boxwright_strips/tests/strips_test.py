from pathlib import Path

from boxwright_strips import ADAPTER

import boxwright
from boxwright.core.conformance import conformance

SAMPLE = Path(__file__).parent.parent / "sample"

test_conformance = conformance(ADAPTER)


def test_the_sample_is_read():
    records = list(boxwright.read(SAMPLE))
    assert [(record.path, [box.edges for box in record.boxes]) for record in records] == [
        ("day/a.jpg", [(1, 2, 5, 6), (0, 0, 8, 8)]),
        ("b.jpg", []),
    ]
