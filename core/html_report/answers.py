"""What the charts say, in words: facts with their numbers, and what one may do about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from boxwright.core.html_report.anchor_fit import LEAST_OVERLAP
from boxwright.core.html_report.near_duplicates import NearDuplicates
from boxwright.core.problems import RULES
from boxwright.core.tally import Tally

# LVIS, section 5 "Evaluation": in up to 10 training images a class is rare, in up to 100 common, in more
# frequent; detectors do worse on each than on the next. https://arxiv.org/abs/1908.03195
RARE, COMMON = 10, 100
UNEVEN = 20  # times as many boxes of one class as of another: below it sampling evens out little
CONCENTRATED = 0.5  # of what boxes cover in the middle ninth of the image; evenly it would be 0.11
ONE_CELL = 16  # pixels: the stride of the finest feature map that the models here look at
TOLD = 0.05  # of the boxes; a smaller share is what most data sets have
MANY = 0.25  # of the boxes: what is wrong with so many is worth another setting
NAMED = 8  # names in a sentence
TO_MERGE = "boxwright convert SRC DST --to FORMAT --map A=B"
BY_GROUP = "boxwright split SRC DST --split group:val=0.2"

Kind = Literal["good", "note", "warning"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence of the page.

    kind     'warning' comes first in the summary
    command  what one may run about it; '' where nothing helps or nothing is wrong
    """

    kind: Kind
    text: str
    command: str = ""


def class_answers(labels: Mapping[str, int], images_of: Mapping[str, int]) -> Iterator[Answer]:
    """How many classes there are, and how evenly boxes are shared out among them."""
    if not labels:
        yield Answer("warning", "There is not a single box.")
        return
    for most, word in ((RARE, "A detector hardly learns them"), (COMMON, "A detector finds them less well")):
        few = [label for label in labels if images_of[label] <= most]
        if few:
            names = _listed([f"{label} ({images_of[label]})" for label in few])
            counted = f"{len(few)} of {plural(len(labels), 'class', 'classes')}"
            verb = "is" if len(few) == 1 else "are"
            kind: Kind = "warning" if most == RARE else "note"
            text = f"{counted} {verb} in at most {most} images: {names}. {word}."
            yield Answer(kind, text, TO_MERGE if len(labels) > 1 else "")
            break
    first, last = max(labels, key=lambda one: labels[one]), min(labels, key=lambda one: labels[one])
    ratio = labels[first] / max(labels[last], 1)
    if ratio >= UNEVEN:
        text = f"There are {ratio:.0f} times as many boxes of {first} as of {last}."
        yield Answer("note", text, "boxwright split SRC DST --split stratified:val=0.2")
    elif len(labels) > 1:
        yield Answer(
            "good",
            f"The most frequent class, {first}, has {ratio:.1f} times the boxes of the rarest, {last}.",
        )
    else:
        yield Answer("good", f"There is one class: {first}.")


def count_answers(images_with: Mapping[int, int]) -> Iterator[Answer]:
    """How many boxes images have."""
    images = sum(images_with.values())
    if not images:
        return
    median = _median(images_with)
    text = f"Half of the images have {plural(median, 'box', 'boxes')} or fewer, the fullest has"
    yield Answer("good", f"{text} {max(images_with)}.")
    if max(images_with) > 100:  # what the models here keep of their findings in one image, as COCO does
        text = "A model that keeps 100 findings of an image, as those here do, cannot find all of them."
        yield Answer("note", text)
    empty = images_with.get(0, 0)
    if empty:
        share = percent(empty / images)
        fact = f"{plural(empty, 'image')} ({share}) without any box"
        text = f"{fact}: right if they show no object, harmful if somebody forgot to label them."
        yield Answer(
            "warning" if empty > images / 2 else "note", text, "boxwright convert SRC DST --drop-empty"
        )
    else:
        yield Answer(
            "note",
            "Every image has a box. A detector that will also see scenes without objects learns what is"
            " none of them from images without boxes.",
        )


def size_answers(sides: NDArray[np.float32], height: int, width: int, name: str) -> Iterator[Answer]:
    """How large boxes are for a network's image of this size; sides: (B, 2) on it."""
    if not len(sides):
        return
    share = float((np.sqrt(sides.prod(axis=1)) < ONE_CELL).mean())
    fact = f"smaller than {ONE_CELL} px in the {width} x {height} network of {name}"
    if share < TOLD:
        yield Answer("good", f"{_of_boxes(share)} {fact}.")
        return
    larger = "model.ssd.image_resizer.fixed_shape_resizer"
    way = f"--set {larger}.height={2 * height} --set {larger}.width={2 * width}"
    text = f"{_of_boxes(share)} {fact}: no more than one cell of its finest feature map."
    yield Answer("warning" if share >= MANY else "note", text, f"boxwright retrain SRC --model {name} {way}")


def anchor_answers(best: NDArray[np.float32], name: str) -> Iterator[Answer]:
    """How near a model's anchors come to the boxes; best: (B,) overlap with the shape most like each."""
    if not len(best):
        return
    share = float((best < LEAST_OVERLAP).mean())
    fact = f"far in size or shape from every anchor of {name} (overlap below {LEAST_OVERLAP:g})"
    if share < TOLD:
        yield Answer("good", f"{_of_boxes(share)} {fact}.")
        return
    yield Answer(
        "warning" if share >= MANY else "note",
        f"{_of_boxes(share)} {fact} and learnt badly. Other aspect_ratios, a smaller min_scale or a larger"
        " network come nearer.",
        "boxwright inspect SRC --html FILE --model OTHER",
    )


def _of_boxes(share: float) -> str:
    text = f"{percent(share)} of the boxes are" if share else "No box is"
    return text[0].upper() + text[1:]


def position_answers(middle: float) -> Iterator[Answer]:
    """Whether objects are everywhere; middle: the share in the middle ninth."""
    fact = f"{percent(middle)} of what boxes cover lies in the middle ninth of the image"
    if middle <= CONCENTRATED:
        yield Answer("good", f"{fact}; evenly spread it were 11 %.")
        return
    text = f"{fact}: a detector learns to look there. Random crops spread objects over the image."
    yield Answer("note", text)


def split_answers(
    tally: Tally, boxes_of: Mapping[tuple[str | None, str], int], *, grouped: bool
) -> Iterator[Answer]:
    """Whether the splits are sound: whole groups, every class in each.

    grouped   whether images have groups
    """
    if not tally.splits:
        text = "There are no splits. Without a part that training never sees, nobody knows how good it is."
        yield Answer("note", text, BY_GROUP)
        return
    if shared := sorted(tally.overlapping_groups):
        text = f"{plural(len(shared), 'group')} in several splits: {_listed(shared)}. A score is too good by"
        yield Answer(
            "warning",
            f"{text} what a detector knows of them.",
            BY_GROUP,
        )
    for split in sorted(tally.splits):
        missing = [label for label in sorted(tally.labels) if not boxes_of.get((split, label))]
        if missing:
            classes = plural(len(missing), "class", "classes")
            yield Answer(
                "warning",
                f"{split} has no box of {classes}: {_listed(missing)}.",
                "boxwright split SRC DST --split stratified:val=0.2",
            )
    if not grouped:
        yield Answer("good", "No image names a group, so all count as strangers; see the near copies.")
    elif not shared and len(tally.splits) > 1:
        yield Answer("good", f"No group is in two of the splits {_listed(sorted(tally.splits))}.")


def near_answers(
    near: NearDuplicates, splits: Mapping[str, int], images: int, *, grouped: bool
) -> Iterator[Answer]:
    """Whether images are nearly the same as others, in another split above all.

    grouped   whether images have groups, by which a split can keep together what belongs together
    """
    command = BY_GROUP if grouped else ""
    for (split, other), count in sorted(near.across.items()):
        if (splits[split], split) < (splits[other], other):  # the smaller one measures
            verb = "is a near copy of one" if count == 1 else "are near copies of some"
            text = f"{plural(count, 'image')} of {split} {verb} in {other}: a score on {split} is too good."
            way = "Keep groups whole." if grouped else "Take such images out of one of the two."
            yield Answer("warning", f"{text} {way}", command)
    if len(splits) > 1 and not near.across:
        yield Answer("good", "No image is a near copy of one in another split.")
    for its, count in sorted(near.within.items(), key=lambda item: item[0] or ""):
        verb = "has" if count == 1 else "have"
        if its is None:
            text = f"{plural(count, 'image')} {verb} a near copy: a random split would tear them apart."
            yield Answer("note", text, command)
        else:
            text = f"{plural(count, 'image')} of {its} {verb} a near copy in {its} itself."
            yield Answer("note", text)
    if not near.within and not near.across and len(splits) < 2:
        yield Answer("good", "No image is a near copy of another.")
    yield from _near_limits(near, images)


def _near_limits(near: NearDuplicates, images: int) -> Iterator[Answer]:
    if near.compared + near.unreadable < images:
        yield Answer(
            "note",
            f"{near.compared:,} of {images:,} images were compared: those that have a file, of many an"
            " even spread. There may be more near copies.",
        )
    if near.plain:
        verb = "is" if near.plain == 1 else "are"
        text = f"{plural(near.plain, 'image')} {verb} too plain or damaged to be compared but byte by byte."
        yield Answer("note", text)


def problem_answers(tally: Tally) -> Iterator[Answer]:
    """How many problems there are, and the commonest."""
    total = sum(found.count for found in tally.problems.values())
    if not total:
        yield Answer("good", "No problem was found in reading.")
        return
    (code, _), found = max(tally.problems.items(), key=lambda item: (item[1].count, item[0]))
    text = f"{plural(total, 'problem')} in reading; most often {code}: {RULES[code].meaning} ({found.count})."
    yield Answer("warning", text, "boxwright inspect SRC --problems FILE")


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 box`, `1,200 boxes`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share as people read it: none and all are not reached by rounding."""
    if 0 < share < 0.01:
        return "under 1 %"
    return "over 99 %" if 0.99 < share < 1 else f"{share:.0%}".replace("%", " %")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _median(counts: Mapping[int, int]) -> int:
    """The least number that half of all things have at most."""
    half, seen = sum(counts.values()) / 2, 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= half:
            return number
    return 0
