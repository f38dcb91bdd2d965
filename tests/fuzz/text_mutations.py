"""Text with words in it that are hostile, doubled, missing or in another's place."""

import re
from random import Random

from tests.fuzz.hostile import DEEP, WORDS

TOKENS = re.compile(r"\w+|\s+|[^\w\s]")
BRACES = ("{", "}", "<", ">", "[", "]", ":", "'", '"', "#", "\\", ",", ";")
ESCAPES = (
    "'\\ud800'",
    "'\\377'",
    "'\\x'",
    "'\\U00110000'",
    "'a' 'b'",
    "'\\",
    "true",
    "-",
    "0x",
    "1f",
    "[a.b]",
)


def mutated(data: bytes, random: Random) -> bytes:
    """The text after some mutations of its words; as UTF-8, but for halves of characters."""
    tokens = TOKENS.findall(data.decode("utf-8", "replace"))
    for _ in range(random.choice((1, 1, 2, 3))):
        _mutate(tokens, random)
    return "".join(tokens).encode("utf-8", "surrogatepass")


def _mutate(tokens: list[str], random: Random) -> None:
    at = random.randrange(len(tokens) + 1)
    end = min(len(tokens), at + random.choice((1, 1, 2, 5, 20)))
    kind = random.randrange(6)
    if kind == 0:
        tokens[at:end] = []
    elif kind == 1:
        tokens[at:at] = tokens[at:end] * random.choice((1, 2, 50))
    elif kind == 2:
        tokens[at:at] = [random.choice(tokens or ["x"]), " "]
    elif kind == 3:
        tokens[at:end] = [random.choice((*BRACES, *ESCAPES))]
    elif kind == 4 and random.random() < 0.1:
        tokens[at:at] = ["".join(tokens[at:end]) + random.choice("{<[")] * DEEP
    else:
        tokens[at:end] = [random.choice(WORDS)]
