"""A few of many: an evenly spread sample of a stream whose length nobody knows yet."""

from typing import Generic, TypeVar

Item = TypeVar("Item")


class EvenSpread(Generic[Item]):
    """Takes items one by one and keeps an even spread of them, in their order.

    most    how many `items` returns at most
    spare   times as many are held meanwhile: the more, the more even
    """

    def __init__(self, most: int, spare: int = 8) -> None:
        self.most, self.seen = most, 0
        self._room, self._step = most * spare, 1
        self._held: list[Item] = []

    def add(self, item: Item) -> None:
        """Take an item in."""
        if self.seen % self._step == 0:
            self._held.append(item)
            if len(self._held) == self._room:  # so the stream is longer: every second one will do
                self._held, self._step = self._held[::2], 2 * self._step
        self.seen += 1

    @property
    def items(self) -> list[Item]:
        """The sample: everything where there was little."""
        count = min(self.most, len(self._held))
        return [self._held[number * len(self._held) // count] for number in range(count)]
