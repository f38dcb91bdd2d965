"""All adapters as text for the terminal, by where they come from, and the plugins that are broken."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from boxwright.core.describe import WIDTH, abilities
from boxwright.core.plugin.origin import BUILT_IN_ORIGIN, BrokenPlugin
from boxwright.core.plugin.registry import Offer

NAME = 11  # columns of a name, at least
ABILITIES = len("read write")


def plugin_list(offers: Mapping[str, Offer], broken: Sequence[BrokenPlugin]) -> str:
    """An entry for each adapter: name, what it can do, summary; the built-in ones first."""
    return "\n".join([*_groups(offers), *_broken(broken)])


def _groups(offers: Mapping[str, Offer]) -> Iterator[str]:
    origins = {offer.origin.text: offer.origin for offer in offers.values()}
    width = max(NAME, *map(len, offers), 0)
    for text in sorted(origins, key=lambda text: (text != BUILT_IN_ORIGIN.text, text)):
        yield f"{text}:"
        for name, offer in offers.items():
            if offer.origin.text == text:
                start = f"{name:<{width}} {abilities(offer.adapter):<{ABILITIES}} "
                yield from _wrapped(start, offer.adapter.summary, len(start))


def _broken(broken: Sequence[BrokenPlugin]) -> Iterator[str]:
    if broken:
        yield "broken, see boxwright adapters NAME:"
    for plugin in broken:
        yield from _wrapped(f"{plugin.name:<{NAME}} ", f"{plugin.origin.text}: {plugin.facts[0]}", NAME + 1)


def _wrapped(start: str, text: str, indent: int) -> list[str]:
    """A text behind a start, in lines of a terminal's width; words, file names for one, stay whole."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=start, subsequent_indent=" " * indent, break_long_words=False
    )
