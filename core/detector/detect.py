"""Runs a detector over image files: pictures with labelled boxes, and one JSON file with all of them.

Images are turned upright as their EXIF says before they are looked at: that is what a person sees, and
boxes are pixels of the upright image, in the JSON file as in the picture.
"""

import io
import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxwright.core.detector.any_detector import AnyDetector
from boxwright.core.detector.judged import in_pixels
from boxwright.core.errors import BoxwrightError
from boxwright.core.images.box_drawing import colour, draw_boxes
from boxwright.core.schema import Box, ImageRecord

if TYPE_CHECKING:
    from PIL.Image import Image

JSON_NAME = "detections.json"
THRESHOLD = 0.5  # the OD API's, below which it draws no box
TEXT_SHARE, LEAST_TEXT = 50, 12  # a label's height: that part of the longer side, and pixels at least

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One detection; edges are pixels of the upright image, maxima exclusive."""

    label: str
    score: float
    x_min: float
    y_min: float
    x_max: float
    y_max: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One image and what was found; width and height are those of the upright image."""

    path: str
    picture: str
    width: int
    height: int
    detections: tuple[Found, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that is no image, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What a detector found in files; as text, a summary."""

    model: str
    folder: Path
    threshold: float
    images: tuple[Looked, ...]
    skipped: tuple[Skipped, ...]

    def __str__(self) -> str:
        counts = Counter(found.label for image in self.images for found in image.detections)
        labels = ", ".join(f"{label} {count}" for label, count in counts.most_common()) or "nothing"
        head = f"{self.folder}: {len(self.images)} images"
        lines = [f"{head}; found with a score of {self.threshold} or more: {labels}"]
        if self.skipped:
            lines.append(f"  skipped: {len(self.skipped)} not read as images")
            lines += [f"    {skipped.path}: {skipped.reason}" for skipped in self.skipped]
        return "\n".join(lines)


def detect(
    detector: AnyDetector,
    paths: Iterable[Path],
    folder: Path,
    *,
    threshold: float = THRESHOLD,
    say: Say = lambda text: None,
) -> Detected:
    """Look for objects in image files, and write pictures and `detections.json` into a folder.

    threshold  the least score of what is drawn and written
    say        is told of each file once it is done
    raises     BoxwrightError where a picture could take the place of an image, or none of the files is one
    """
    paths = list(paths)
    _require_another_folder(paths, folder)
    images: list[Looked] = []
    skipped: list[Skipped] = []
    names = Counter[str]()
    for path in paths:
        try:
            picture = upright(path)
        except Exception as error:  # Pillow's decoders fail in every way there is on damaged files
            skipped.append(Skipped(path=str(path), reason=_reason(error)))
            say(f"{path}: skipped: {skipped[-1].reason}")
            continue
        found = found_in(detector, np.asarray(picture), threshold)
        name = _picture_name(path, names)
        folder.mkdir(parents=True, exist_ok=True)
        _write_picture(picture, found, detector, folder / name)
        size = {"width": picture.width, "height": picture.height}
        images.append(Looked(path=str(path), picture=name, **size, detections=found))
        say(f"{path}: {len(found)} found")
    if skipped and not images:
        raise _no_image(skipped)
    return _written(detector, folder, threshold, images, skipped)


def _no_image(skipped: Sequence[Skipped]) -> BoxwrightError:
    first = skipped[0]
    fact = f"{first.path}: {first.reason}"
    if len(skipped) > 1:
        fact = f"none of {len(skipped)} files can be read as an image; the first: {fact}"
    folder = first.path if os.path.isdir(first.path) else "photos"
    return BoxwrightError(fact, f"name image files, as in {os.path.join(folder, '*.jpg')}")


def upright(path: Path) -> "Image":
    """An image as a person sees it: RGB, turned as its EXIF says; transparency is dropped, as in training."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd but legal files
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            return ImageOps.exif_transpose(image).convert("RGB")


def found_in(detector: AnyDetector, image: NDArray[np.uint8], threshold: float) -> tuple[Found, ...]:
    """What is found in an image (H, W, 3) with at least this score, the best first."""
    answer = detector.found(image)
    edges = in_pixels(answer["detection_boxes"], image.shape[:2])
    scores, classes = answer["detection_scores"], answer["detection_classes"]
    rows = sorted(np.flatnonzero(scores >= threshold), key=lambda row: -scores[row])
    return tuple(
        Found(
            label=detector.label(int(classes[row])),
            score=round(float(scores[row]), 6),
            **_edges(edges[row]),
        )
        for row in rows
    )


def _edges(box: NDArray[np.float64]) -> dict[str, float]:
    """Edges by their names, to a hundredth of a pixel."""
    return {
        name: round(edge, 2)
        for name, edge in zip(("x_min", "y_min", "x_max", "y_max"), box.tolist(), strict=True)
    }


def _write_picture(picture: "Image", found: Sequence[Found], detector: AnyDetector, target: Path) -> None:
    boxes = tuple(Box(**asdict(one)) for one in found)
    record = ImageRecord(path=target.name, width=picture.width, height=picture.height, boxes=boxes)
    text = max(max(picture.size) // TEXT_SHARE, LEAST_TEXT)
    draw_boxes(picture, record, 1.0, text, _palette(found, detector))
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    picture.save(draft, format="PNG")
    os.replace(draft, target)


def _palette(found: Sequence[Found], detector: AnyDetector) -> dict[str, tuple[int, int, int]]:
    """A colour for each label, the same on all pictures."""
    known = [*detector.labels.values()]
    others = sorted({one.label for one in found} - set(known))
    return {label: colour(number) for number, label in enumerate([*known, *others])}


def _picture_name(path: Path, names: Counter[str]) -> str:
    """The image's name as a PNG; `_2`, `_3` … where several folders have one of that name."""
    names[path.stem] += 1
    again = names[path.stem]
    return f"{path.stem}.png" if again == 1 else _picture_name(Path(f"{path.stem}_{again}"), names)


def _written(
    detector: AnyDetector, folder: Path, threshold: float, images: list[Looked], skipped: list[Skipped]
) -> Detected:
    result = Detected(
        model=str(detector.source),
        folder=folder,
        threshold=threshold,
        images=tuple(images),
        skipped=tuple(skipped),
    )
    text = json.dumps(_facts(result), indent=2, ensure_ascii=False)
    draft = folder / f".{JSON_NAME}.{os.getpid()}.tmp"
    draft.write_text(f"{text}\n", encoding="utf-8")
    os.replace(draft, folder / JSON_NAME)
    return result


def _facts(result: Detected) -> dict[str, Any]:
    return {
        "model": result.model,
        "threshold": result.threshold,
        "boxes": "pixels of the upright image (EXIF applied), maxima exclusive",
        "images": [asdict(image) for image in result.images],
        "skipped": [asdict(skipped) for skipped in result.skipped],
    }


def _require_another_folder(paths: Iterable[Path], folder: Path) -> None:
    for path in paths:
        if path.resolve().parent == folder.resolve():
            fact = f"{folder} is the folder of {path.name}, which its picture could overwrite"
            raise BoxwrightError(fact, "write to another folder")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "no image that can be read"
