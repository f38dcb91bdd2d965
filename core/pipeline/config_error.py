"""The error of a pipeline config: where it is, what is wrong, what was meant."""

from boxwright.core.errors import BoxwrightError


class ConfigError(BoxwrightError):
    """A pipeline config that cannot be understood, or asks for what is not supported.

    place    `ssd.config:23:7`, an override as it was given, or a manifest's name
    """

    def __init__(self, place: str, fact: str, hint: str | None = None) -> None:
        super().__init__(fact, hint)
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {super().__str__()}"

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        return type(self), (self.place, self.fact, self.hint)
