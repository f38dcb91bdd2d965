"""The page of the public Python API."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from annotated_types import Ge

import boxwright
from boxwright.core.reference.python_page import GROUPS, python_page, signature


def short(path: str, *, strict: bool = False) -> "Long": ...


def long(
    first: str, *, on_problem: Callable[[str], None] | None = None, placement: str = "copy", **options: object
) -> None: ...


@dataclass(kw_only=True)
class Long:
    width: Annotated[int, Ge(1)] | None
    attributes: Mapping[str, str] = field(default_factory=dict)
    name: str = "none"
    _hidden: int = 0


class Stream:
    def __init__(self, scan: Callable[[], str], labels: str | None = None) -> None: ...


def test_every_public_name_has_its_place():
    assert sorted(name for members in GROUPS.values() for name in members) == sorted(boxwright.__all__)
    headings = re.findall(r"^### `(\w+)`$", python_page(), re.MULTILINE)
    assert headings == [name for members in GROUPS.values() for name in members]


def test_a_short_signature_stands_on_one_line():
    assert signature(short) == "short(path: str, *, strict: bool = False) -> Long"


def test_a_long_signature_has_a_line_for_each_parameter():
    assert signature(long) == (
        "long(\n    first: str,\n    *,\n    on_problem: Callable[[str], None] | None = None,\n"
        '    placement: str = "copy",\n    **options: object,\n) -> None'
    )


def test_a_class_has_its_public_fields_without_what_only_checks_them():
    assert signature(Long) == (
        "class Long:\n    width: int | None\n    attributes: Mapping[str, str] = dict()\n"
        '    name: str = "none"'
    )


def test_a_class_without_fields_has_what_makes_it():
    assert signature(Stream) == (
        "class Stream:\n    def __init__(scan: Callable[[], str], labels: str | None = None)"
    )


def test_public_methods_are_told_and_private_ones_are_not():
    page = python_page()
    assert (
        "#### `Dataset.labels`\n\n<!-- not run: a signature -->\n\n```python\nlabels: tuple[str, ...]\n"
        in page
    )
    assert "#### `Dataset._" not in page
