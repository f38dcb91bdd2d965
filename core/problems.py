"""What may be wrong with a data set, and what is done about it: the closed list of problem codes.

A problem is reported and reading goes on. What cannot be understood is an AnnotationError instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from boxwright.core.errors import OptionError, located, nearest

Action = Literal["fail", "skip", "repair", "keep"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One problem code: what it means, the default action, and what each possible action does.

    'fail' is always possible: the problem becomes an AnnotationError.
    """

    meaning: str
    default: Action
    effects: Mapping[Action, str]


_DROP_BOX: dict[Action, str] = {"skip": "box dropped"}
_KEEP: dict[Action, str] = {"keep": "kept"}

RULES: Mapping[str, Rule] = {
    "box_outside_image": Rule(
        "a box reaches out of its image; without a pixel inside it is dropped",
        "repair",
        {"repair": "clipped", "skip": "box dropped", "keep": "kept"},
    ),
    "box_empty": Rule("a box has no area", "skip", _DROP_BOX | _KEEP),
    "box_inverted": Rule(
        "a minimum lies above its maximum", "skip", _DROP_BOX | {"repair": "minimum and maximum swapped"}
    ),
    "duplicate_box": Rule("same label, same edges, same image", "keep", _KEEP | _DROP_BOX),
    "derived_box": Rule(
        "no box, but a polygon or a mask", "repair", {"repair": "box is its extent", "skip": "object dropped"}
    ),
    "degenerate_polygon": Rule(
        "a polygon of fewer than three vertices",
        "skip",
        {"skip": "object dropped", "repair": "polygon dropped"},
    ),
    "invalid_vertex": Rule("NaN or infinite vertices", "repair", {"repair": "vertices dropped", **_DROP_BOX}),
    "invalid_attribute": Rule(
        "an optional value is out of range or unreadable",
        "repair",
        {"repair": "value repaired or taken as unknown"},
    ),
    "size_mismatch": Rule(
        "the declared size is not the image's",
        "repair",
        {"repair": "the image's header wins", "skip": "image skipped"},
    ),
    "exif_orientation": Rule(
        "the image carries an EXIF rotation",
        "keep",
        {
            "keep": "boxes belong to the stored pixels",
            "repair": "boxes mapped to the stored pixels",
            "skip": "image skipped",
        },
    ),
    "image_format_mismatch": Rule(
        "the extension claims another image format", "repair", {"repair": "the bytes decide"}
    ),
    "image_renamed": Rule(
        "the annotation names no file, but nearly one", "repair", {"repair": "that file is taken"}
    ),
    "missing_image": Rule(
        "an annotation without its image",
        "keep",
        {"keep": "kept; a writer that needs pixels skips it", "skip": "image skipped"},
    ),
    "corrupt_image": Rule(
        "the image's bytes are damaged",
        "keep",
        {"keep": "kept; a writer that needs pixels skips it", "skip": "image skipped"},
    ),
    "missing_annotation": Rule(
        "an image without annotation, or a listed id without one",
        "skip",
        {"skip": "image skipped", "keep": "kept as a negative"},
    ),
    "missing_field": Rule(
        "a field is absent and can be derived", "repair", {"repair": "derived", "skip": "image skipped"}
    ),
    "unsafe_path": Rule(
        "a name could lead out of the data set",
        "repair",
        {"repair": "the annotation's own name is used"},
    ),
    "duplicate_image": Rule(
        "two annotations claim one image", "skip", {"skip": "the first stays", "keep": "both stay"}
    ),
    "duplicate_id": Rule("two annotations with one id", "keep", _KEEP | _DROP_BOX),
    "duplicate_category": Rule("two category ids with one name", "repair", {"repair": "merged by name"}),
    "similar_labels": Rule("labels that differ in case, blanks or hyphens alone", "keep", _KEEP),
    "unknown_image_id": Rule("an annotation of no image", "skip", {"skip": "annotation dropped"}),
    "conflicting_sources": Rule("two files disagree", "repair", {"repair": "the stated one wins"}),
    "unknown_group": Rule(
        "a folder's name tells no session", "keep", {"keep": "the folder's name is the group"}
    ),
    "split_overlap": Rule("one image or one group in two splits", "keep", _KEEP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with the data, where it is, and what was done.

    path   the file, relative to the data set's root, POSIX
    where  the place in it: a line number, `object[1]/bndbox`, `annotations[0].bbox`; '' for the whole file
    """

    code: str
    path: str
    where: str
    message: str
    action: Action

    def __str__(self) -> str:
        return f"{located(self.path, self.where)}: {self.code}: {self.message} ({self.effect})"

    @property
    def effect(self) -> str:
        """What the action did, in words."""
        return RULES[self.code].effects.get(self.action, self.action)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Which action each code gets: the user's own, else 'fail' when strict, else the code's default."""

    strict: bool = False
    actions: Mapping[str, Action] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, action in self.actions.items():
            _check(code, action)

    def action(self, code: str, default: Action | None = None) -> Action:
        """The action for one problem; `default` is the adapter's own where it differs from the code's."""
        if code in self.actions:
            return self.actions[code]
        return "fail" if self.strict else default or RULES[code].default


def _check(code: str, action: str) -> None:
    if code not in RULES:
        near = nearest(code, RULES)
        raise OptionError(
            f"no problem code {code!r}{near}", None if near else f"there are {', '.join(RULES)}"
        )
    possible = ["fail", *RULES[code].effects]
    if action not in possible:
        known = "" if action in get_args(Action) else " is no action;"
        raise OptionError(f"{code}={action}:{known} possible here: {', '.join(possible)}")
