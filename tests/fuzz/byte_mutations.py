"""Bytes with something wrong in them: flipped, cut, moved, doubled, or with hostile ones among them."""

from collections.abc import Callable
from random import Random

from tests.fuzz.hostile import BYTES

MOST_MOVED = 64  # bytes that are taken out, doubled or moved at once
WORD = 4  # bytes of the sizes and types in binary formats, which stand at multiples of it

Mutation = Callable[[bytes, Random], bytes]


def mutated(data: bytes, random: Random) -> bytes:
    """The bytes after some mutations, most often one."""
    for _ in range(random.choice((1, 1, 1, 2, 4, 8))):
        data = random.choice(_MUTATIONS)(data, random)
    return data


def _flipped(data: bytes, random: Random) -> bytes:
    if not data:
        return b"\0"
    at = random.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << random.randrange(8),)) + data[at + 1 :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _without(data: bytes, random: Random) -> bytes:
    start, end = _run(data, random)
    return data[:start] + data[end:]


def _doubled(data: bytes, random: Random) -> bytes:
    start, end = _run(data, random)
    return data[:end] + data[start:end] * random.choice((1, 1, 2, 100)) + data[end:]


def _moved(data: bytes, random: Random) -> bytes:
    start, end = _run(data, random)
    at = random.randint(0, start)
    return data[:at] + data[start:end] + data[at:start] + data[end:]


def _inserted(data: bytes, random: Random) -> bytes:
    at = random.randint(0, len(data))
    return data[:at] + random.choice(BYTES) + data[at:]


def _overwritten(data: bytes, random: Random) -> bytes:
    at, hostile = random.randint(0, len(data)), random.choice(BYTES)
    return data[:at] + hostile + data[at + len(hostile) :]


def _another_word(data: bytes, random: Random) -> bytes:
    """A word is another one of the same data, or a small or a large number in either byte order."""
    at, other = (random.randrange(0, max(len(data), 1), WORD) for _ in range(2))
    number = random.choice((0, 1, 2, 3, 8, 16, 255, 1 << 16, 1 << 24, 1 << 31, (1 << 32) - 1))
    number_bytes = number.to_bytes(WORD, random.choice(("little", "big")))
    return data[:at] + random.choice((data[other : other + WORD], number_bytes)) + data[at + WORD :]


def _run(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(data))
    return start, min(len(data), start + random.randint(1, MOST_MOVED))


_MUTATIONS: tuple[Mutation, ...] = (
    _flipped,
    _cut,
    _without,
    _doubled,
    _moved,
    _inserted,
    _overwritten,
    _another_word,
)
