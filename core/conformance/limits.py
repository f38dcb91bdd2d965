"""What a format can hold: the data sets that a check makes for it stay within these limits.

Most limits need no words: a record that an adapter refuses is left out of the example. Only a format
that would refuse nearly all records needs its limits stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Names that have gone wrong in real files: blanks, umlauts, markup, and `%` of a format string.
PLAIN_PATHS: Mapping[str, str | None] = dict.fromkeys(
    ("a{:03}.jpg", "frame 1{:03}.jpg", "ü{:03}.jpg", "100%{:03}.jpg", "night/a{:03}.jpg", "night/ü{:03}.jpg")
)
PLAIN_LABELS = ("cat", "dog", "Person_sitting", "é-ü", "x&<y>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a format can hold, where it is less than the schema can.

    labels     the labels that it knows
    paths      templates of image paths, `{:03}` being the image's number, each with the group that the
               format gives such an image; None: it gives none, and the group is free
    sizes      (width, height) of the images that it takes; none: any
    tolerance  pixels that an edge or a vertex may move by; fractions and decimals round
    streams    whether memory stays bounded; False where a file must be parsed as a whole
    options    of the adapter, by name; each is given to reading or writing, whichever heeds it
    """

    labels: tuple[str, ...] = PLAIN_LABELS
    paths: Mapping[str, str | None] = field(default_factory=lambda: PLAIN_PATHS)
    sizes: tuple[tuple[int, int], ...] = ()
    tolerance: float = 1e-6  # far below what anyone can draw, far above what float64 fractions lose
    streams: bool = True
    options: Mapping[str, object] = field(default_factory=dict)

    def path(self, template: str, number: int) -> str:
        """The path of the image with this number."""
        return template.format(number)


def shared(first: Limits, second: Limits) -> Limits:
    """The limits of data that two formats can hold; without a label in common, there are only negatives."""
    return Limits(
        labels=tuple(label for label in first.labels if label in second.labels),
        paths=second.paths if first.paths == PLAIN_PATHS else first.paths,
        sizes=first.sizes or second.sizes,
        tolerance=max(first.tolerance, second.tolerance),
        streams=first.streams and second.streams,
    )
