"""What a training run says while it goes: where it is, how fast, how long it will take."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from boxwright.core.detector.ssd import CLASSIFICATION, LOCALIZATION, REGULARIZATION, TOTAL
from boxwright.core.detector.train_step import RATE, Trainer

Clock = Callable[[], float]
Record = Callable[[int, Mapping[str, float]], None]  # takes a step and its numbers

SPEED, WAITING = "images_per_second", "waiting_for_input"


class Progress:
    """Counts since the last line; tells of the first step, then of one every so many seconds."""

    def __init__(
        self,
        say: Callable[[str], None],
        *,
        every: float,
        batch_size: int,
        last_step: int,
        record: Record = lambda step, values: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._say, self._record, self._every, self._clock = say, record, every, clock
        self._batch_size, self._last_step = batch_size, last_step
        self._steps, self._waited, self._since = 0, 0.0, clock()
        self._first = True

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Counts the time inside as waiting for input."""
        start = self._clock()
        yield
        self._waited += self._clock() - start

    def pause(self) -> None:
        """Forget the time since the last line: something else was done in it."""
        self._steps, self._waited, self._since = 0, 0.0, self._clock()

    def step(self, number: int, values: Mapping[str, float]) -> None:
        """Another step is done: `number` in all."""
        self._steps += 1
        passed = self._clock() - self._since
        if self._first or passed >= self._every or number == self._last_step:
            # The first step includes the time that tracing takes: it says nothing on speed.
            speed = {} if self._first else self._speed()
            more = (f"rate {values[RATE]:.4g}", *self._speed_texts(number, speed))
            # Two lines, so that a terminal of 80 columns breaks none and losses stand below each other.
            self._say(f"{loss_text(number, self._last_step, values)}\n  {', '.join(more)}")
            self._record(number, {**values, **speed})
            self._first = False
            self.pause()

    def _speed(self) -> dict[str, float]:
        """Since the last line: images a second, and the share of time that was waited for them."""
        passed = max(self._clock() - self._since, 1e-9)
        return {SPEED: self._steps * self._batch_size / passed, WAITING: self._waited / passed}

    def _speed_texts(self, number: int, speed: Mapping[str, float]) -> Iterator[str]:
        if speed:
            yield f"{speed[SPEED]:.1f} images/s"
            yield f"waiting for input {speed[WAITING]:.0%}"
        if speed and self._last_step:
            yield f"{duration((self._last_step - number) * self._batch_size / speed[SPEED])} left"


def size_text(trainer: Trainer) -> str:
    """`2,845,012 parameters, of which 2,811,204 learn; a checkpoint takes 34 MB`."""
    own, learning, saved = (
        sum(variable.shape.num_elements() for variable in variables.values())
        for variables in (trainer.model.store.vars, trainer.variables, trainer.state())
    )
    size = saved * 4 / 1e6  # float32; in bytes of a million, as disks are sold
    return f"{own:,} parameters, of which {learning:,} learn; a checkpoint takes {max(size, 0.1):.3g} MB"


def loss_text(number: int, last_step: int, values: Mapping[str, float]) -> str:
    """`step 20/1000  loss 3.21 = 1.02 boxes + 1.98 classes + 0.21 weights`."""
    place = f"{number}/{last_step}" if last_step else str(number)
    parts = f"{values[LOCALIZATION]:.4g} boxes + {values[CLASSIFICATION]:.4g} classes"
    return f"step {place}  loss {values[TOTAL]:.4g} = {parts} + {values[REGULARIZATION]:.4g} weights"


def duration(seconds: float) -> str:
    """`48 s`, `12 min` or `3 h 20 min`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
