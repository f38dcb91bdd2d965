"""TFRecords with right checksums around features of another kind, number or value, or around wrong bytes."""

from io import BytesIO
from random import Random
from typing import Any

from boxwright.core.tfrecord.framing import framed, unframed
from boxwright.core.tfrecord.proto import message
from tests.fuzz import byte_mutations
from tests.fuzz.hostile import NUMBERS, TEXTS

INTEGERS = (0, 1, -1, 2, 3, 127, 2**31, 2**32, 2**62, 2**63 - 1, -(2**63))
FLOATS = (0.0, -0.0, 0.5, 1.0, -1.0, 1e-45, 3.4e38, -3.4e38, float("inf"), float("-inf"), float("nan"))
TEXT_BYTES = (*(text.encode("utf-8", "surrogatepass") for text in (*TEXTS, *NUMBERS)), b"\xff\xfe", b"\x80")
LISTS = {"bytes_list": TEXT_BYTES, "float_list": FLOATS, "int64_list": INTEGERS}


def mutated(data: bytes, random: Random) -> bytes:
    """The records after some mutations of one of them, or of the file around them."""
    if random.random() < 0.1:
        return byte_mutations.mutated(data, random)
    records = [record for _, record in unframed(BytesIO(data), len(data))]
    if not records:
        return data
    at = random.randrange(len(records))
    change = random.choice((_other_features, _other_features, _other_features, byte_mutations.mutated))
    records[at] = change(records[at], random)
    return b"".join(b"".join(framed(record)) for record in records)


def _other_features(record: bytes, random: Random) -> bytes:
    example = message("tensorflow.Example").FromString(record)
    features = example.features.feature
    for _ in range(random.choice((1, 1, 2, 4))):
        key = random.choice(sorted(features) or ["image/encoded"])
        if random.random() < 0.1:
            del features[key]
        else:
            _change(features[key], random)
    return bytes(example.SerializeToString())


def _change(feature: Any, random: Random) -> None:
    own = feature.WhichOneof("kind")
    kind = own if own and random.random() < 0.8 else random.choice(sorted(LISTS))
    values = list(getattr(feature, kind).value)
    change = random.randrange(4)
    if change == 0 or not values:
        values += random.choices(LISTS[kind], k=random.choice((1, 1, 2, 1_000)))
    elif change == 1:
        del values[random.randrange(len(values))]
    else:
        values[random.randrange(len(values))] = random.choice(LISTS[kind])
    getattr(feature, kind).value[:] = values
