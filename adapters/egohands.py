"""EgoHands: 48 first-person videos of two people at a table, with the outlines of all hands.

Layout:   <root>/metadata.mat
          <root>/_LABELLED_SAMPLES/<ACTIVITY_LOCATION_VIEWER_PARTNER>/frame_NNNN.jpg and polygons.mat
Fields:   polygons.mat   polygons (1, frames) struct: myleft myright yourleft yourright
          metadata.mat   video (1, videos) struct: video_id … labelled_frames (frame_num and the four)
Units:    pixels from the top left corner of a 1280 x 720 frame; one row (x, y) for each vertex, none: no hand
Source:   Bambach, Lee, Crandall, Yu, "Lending A Hand", ICCV 2015, http://vision.soic.indiana.edu/projects/egohands/

The i-th polygon set belongs to the i-th frame in sorted order; only metadata.mat knows frame numbers, so
where it is there the frames are found by number. A box is the extent of its outline. An outline that is just
the rectangle (x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max) is a box without polygons.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from boxwright.core.adapter import Adapter, Source
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.frame import FIRST_SWAPPING_ORIENTATION, Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.images.image_header import IMAGE_EXTENSIONS, JPEG_MAGIC, header_of
from boxwright.core.layout.source_files import folders, is_junk
from boxwright.core.options import Options, reads
from boxwright.core.parsing import mat_file
from boxwright.core.parsing.egohands_hands import (
    HANDS,
    Hands,
    known_frames,
    labelled_frames,
    numbered,
    outline,
    polygon_sets,
)
from boxwright.core.parsing.egohands_videos import (
    FRAME_NAME,
    FRAME_STEM,
    VIDEO_NAME,
    session_of,
    split_of,
)
from boxwright.core.plugins import hookimpl
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import (
    FEWEST_VERTICES,
    Box,
    Dataset,
    Edges,
    ImageRecord,
    Info,
    Polygon,
    extent,
)
from boxwright.core.write_context import WriteContext

if TYPE_CHECKING:
    from boxwright.core.parsing.egohands_hands import Outline

SAMPLES, POLYGONS, METADATA = "_LABELLED_SAMPLES", "polygons.mat", "metadata.mat"
SIZE = (1280, 720)
PROJECT_PAGE = "http://vision.soic.indiana.edu/projects/egohands/"
VIDEO_FIELDS = (
    "video_id",
    "partner_video_id",
    "ego_viewer_id",
    "partner_id",
    "location_id",
    "activity_id",
    "labelled_frames",
)


class EgoHandsOptions(Options):
    """Options of the EgoHands adapter."""

    hands: Literal["four", "one"] = reads("four", "four: a label for each hand; one: all are labelled hand")
    rescale: bool = reads(False, "scale the polygons where a frame is not 1280 x 720, instead of stopping")


def read(path: Path, options: EgoHandsOptions) -> Source:
    """Find EgoHands at its root, at a folder that holds it, at _LABELLED_SAMPLES or at one video's folder."""
    layout = _layout(path)
    if layout is None:
        hint = "the root holds metadata.mat and _LABELLED_SAMPLES; each video's folder holds polygons.mat"
        raise AnnotationError(path, "", "no EgoHands here: no _LABELLED_SAMPLES, no polygons.mat", hint)
    return Source(
        root=layout.root,
        scan=lambda context: _scan(layout, options, context),
        labels=HANDS if options.hands == "four" else ("hand",),
        info=Info(name="EgoHands", source=PROJECT_PAGE),
    )


def write(dataset: Dataset, options: EgoHandsOptions, context: WriteContext) -> None:
    """Write frames, a polygons.mat for each video and metadata.mat.

    metadata.mat holds all videos, so the polygons of the whole data set stay in memory: 16 bytes a vertex.
    """
    if context.images == "none":
        fact = "cannot write 'egohands' with images=none: its polygons are paired with the frames beside them"
        raise WriteError(fact, "images=copy or images=link brings them along")
    videos: dict[str, dict[int, tuple[Outline, ...]]] = {}
    for record in dataset:
        video, number = _video_and_number(record, context)
        frames = videos.setdefault(video, {})
        if number in frames:
            context.refuse(record, f"two records are frame {number} of {video}")
        _check_image(record, context)
        frames[number] = _outlines(record, context)
        context.place(record, f"{SAMPLES}/{video}/{_frame_name(number)}")
    (context.root / SAMPLES).mkdir(parents=True, exist_ok=True)
    for video, frames in videos.items():
        rows = [frames[number] for number in sorted(frames)]
        path = context.root / SAMPLES / video / POLYGONS
        mat_file.save(path, "polygons", mat_file.struct_array(HANDS, rows))
    table = [_video_row(video, videos[video]) for video in sorted(videos)]
    mat_file.save(context.root / METADATA, "video", mat_file.struct_array(VIDEO_FIELDS, table))


def sniff(path: Path) -> bool:
    """Whether there is a video's polygons.mat where one belongs, or metadata.mat at the root."""
    try:
        layout = _layout(path)
        if layout is None:
            return False
        places = [layout.root / METADATA, *(folder / POLYGONS for folder in layout.videos())]
        return any(place.is_file() for place in places)
    except (OSError, ValueError):
        return False


def official_split(record: ImageRecord) -> str | None:
    """The data set's own split: train, val or test; None for a video that is none of the 48."""
    return split_of(record.path)


# Finding the data


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the data set is; `only` names the one video that was asked for."""

    root: Path
    samples: Path
    only: str | None = None

    def videos(self) -> list[Path]:
        """The folders that may be videos, sorted."""
        return [self.samples / self.only] if self.only else folders(self.samples)


def _layout(path: Path) -> _Layout | None:
    folder = Path(os.path.abspath(path))
    if folder.name in (POLYGONS, METADATA) and folder.is_file():
        folder = folder.parent
    if not folder.is_dir():
        return None
    if (folder / SAMPLES).is_dir():
        return _Layout(folder, folder / SAMPLES)
    if (folder / POLYGONS).is_file() or folder.parent.name == SAMPLES:
        return _Layout(_root(folder.parent), folder.parent, folder.name)
    if folder.name == SAMPLES or _holds_videos(folder):
        return _Layout(_root(folder), folder)
    if (folder / METADATA).is_file():  # _LABELLED_SAMPLES may have another name
        renamed = [child for child in folders(folder) if _holds_videos(child)]
        return _Layout(folder, renamed[0] if len(renamed) == 1 else folder)
    # The zip has no top folder, so people make one of any name.
    roots = [child for child in folders(folder) if (child / SAMPLES).is_dir()]
    return _Layout(roots[0], roots[0] / SAMPLES) if len(roots) == 1 else None


def _root(samples: Path) -> Path:
    return samples.parent if samples.name == SAMPLES else samples


def _holds_videos(folder: Path) -> bool:
    return any((child / POLYGONS).is_file() for child in folders(folder))


def _images(folder: Path) -> list[str]:
    """The names of a video's images, sorted, which is the order of its polygon sets."""
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if entry.is_file() and not is_junk(entry.name))
    return [name for name in names if os.path.splitext(name)[1].lower() in IMAGE_EXTENSIONS]


def _number(image: str) -> int | None:
    found = FRAME_STEM.fullmatch(os.path.splitext(image)[0])
    return int(found[1]) if found else None


def _frame_name(number: int) -> str:
    return f"frame_{number:04d}.jpg"


# From files to records


@dataclass(frozen=True, slots=True)
class _Video:
    """One video's folder, and how it is read."""

    folder: Path
    options: EgoHandsOptions
    context: ReadContext


def _scan(layout: _Layout, options: EgoHandsOptions, context: ReadContext) -> Iterator[ImageRecord]:
    known = known_frames(layout.root / METADATA)
    there = {folder.name for folder in layout.videos()}
    for name in sorted(there if layout.only else there | known.keys()):
        video = _Video(layout.samples / name, options, context)
        images = _images(video.folder)
        frames = labelled_frames(layout.root / METADATA, *known.pop(name)) if name in known else None
        pairs = list(_paired(video, images, _hands_of(video, images, frames)))
        group = _group(video) if pairs else ""
        for hands, image in pairs:
            record = _record(video, hands, image, group)
            if record is not None:
                yield record


def _hands_of(video: _Video, images: list[str], frames: list[Hands] | None) -> list[Hands] | None:
    """A video's polygon sets: polygons.mat's, with the frame numbers of metadata.mat where it has as many.

    frames   what metadata.mat has of the video, or None
    returns  None where neither file has any
    """
    path, problem = video.folder / POLYGONS, video.context.problem
    if not path.is_file():
        fact = "there is none; the polygons of metadata.mat are taken"
        skipped = frames and images and problem("missing_field", path, "", fact) == "skip"
        return None if skipped else frames
    sets = polygon_sets(path, video.context)
    if frames is None:
        return sets
    if len(frames) != len(sets):
        fact = f"{len(sets)} polygon sets, metadata.mat has {len(frames)} labelled frames"
        problem("conflicting_sources", path, "polygons", fact)
        return sets
    return [numbered(ours, theirs, video.context) for ours, theirs in zip(sets, frames, strict=True)]


def _paired(video: _Video, images: list[str], sets: list[Hands] | None) -> Iterator[tuple[Hands, str | None]]:
    """Polygon sets with their images, None where it is missing; images without a set if they are kept."""
    pairs = [] if sets is None else _matched(video, images, sets)
    yield from pairs
    for image in sorted({*images} - {image for _, image in pairs}):
        fact = "no polygon set belongs to it"
        if video.context.problem("missing_annotation", video.folder / image, "", fact) == "keep":
            yield Hands(video.folder / POLYGONS, "polygons", {}), image


def _matched(video: _Video, images: list[str], sets: list[Hands]) -> list[tuple[Hands, str | None]]:
    """Each polygon set with its image: by frame number where it is known, else in sorted order."""
    frames = [image for image in images if _number(image) is not None] or images
    by_number = {_number(image): image for image in reversed(frames)}
    numbers = {hands.number for hands in sets}
    if sets and None not in numbers and (len(sets) != len(frames) or numbers & by_number.keys()):
        return [(hands, by_number.get(hands.number)) for hands in sets]
    if len(sets) == len(frames):
        return list(zip(sets, frames, strict=True))
    fact = f"{len(sets)} polygon sets for {len(frames)} images, and nothing tells which belong together"
    hint = "the data set's metadata.mat, put at its root, tells the frame numbers"
    raise AnnotationError(video.folder / POLYGONS, "polygons", fact, hint)


def _group(video: _Video) -> str:
    """The session of a video: what both cameras of one game share."""
    session = session_of(video.folder.name)
    if session is None:
        fact = "is not named ACTIVITY_LOCATION_VIEWER_PARTNER"
        video.context.problem("unknown_group", video.folder, "", fact)
    return session or video.folder.name


def _record(video: _Video, hands: Hands, image: str | None, group: str) -> ImageRecord | None:
    name = image or _frame_name(hands.number or 0)
    file = None if image is None else ImageFile(video.folder / image)
    frame = _frame(video, hands, name, file)
    if frame is None:
        return None
    boxes = [_box(video, hands, hand, frame) for hand in HANDS if hand in hands.outlines]
    return frame.record(f"{video.folder.name}/{name}", boxes, where=hands.place, group=group)


def _frame(video: _Video, hands: Hands, name: str, file: ImageFile | None) -> Frame | None:
    """The grid of an image, which must be the one of the polygons; None where the image is skipped."""
    context = video.context
    if file is None:
        fact = f"no image {name!r}"
        action = context.problem("missing_image", hands.path, hands.place, fact, default="skip")
        return None if action == "skip" else Frame(context, hands.path, *SIZE)
    other = _other_size(file, context)
    if other and not video.options.rescale:
        fact = f"{name} is {other[0]} x {other[1]}; the polygons were drawn on {SIZE[0]} x {SIZE[1]}"
        hint = "option rescale=true scales the polygons to the frame"
        raise AnnotationError(hands.path, hands.place, fact, hint)
    return context.frame(file, path=hands.path, declared=None if other else SIZE, where=hands.place)


def _other_size(file: ImageFile, context: ReadContext) -> Size | None:
    """An image's size where the polygons cannot have been drawn on it and the policy does not skip it.

    They are drawn on the displayed grid: a rotated image whose rotation is ignored has another size.
    """
    try:
        header = header_of(file)
    except (ValueError, OSError):  # the policy decides
        return None
    size = header.width, header.height
    turned = header.orientation >= FIRST_SWAPPING_ORIENTATION
    mapped = turned and context.policy.action("exif_orientation", "repair") != "keep"
    skipped = context.policy.action("size_mismatch") == "skip"
    return None if skipped or SIZE in (size, size[::-1] if mapped else size) else size


def _box(video: _Video, hands: Hands, hand: str, frame: Frame) -> Box | None:
    import numpy as np

    place, problem = f"{hands.place}.{hand}", video.context.problem
    vertices = outline(hands, hand)
    if not len(vertices):
        return None
    finite = vertices[np.isfinite(vertices).all(axis=1)]
    if len(finite) < len(vertices):
        fact = f"{len(vertices) - len(finite)} of {len(vertices)} vertices are not finite"
        if problem("invalid_vertex", hands.path, place, fact) == "skip":
            return None
    if len(finite) < FEWEST_VERTICES:
        video.context.drop("degenerate_polygon", hands.path, place, f"{len(finite)} vertices")
        return None
    points: Polygon = tuple(map(tuple, finite.tolist()))
    if frame.orientation == 1 and frame.width and frame.height and (frame.width, frame.height) != SIZE:
        points = tuple((x * frame.width / SIZE[0], y * frame.height / SIZE[1]) for x, y in points)
    edges = extent(points)
    label = "hand" if video.options.hands == "one" else hand
    return frame.box(label, edges, where=place, polygons=() if points == _corners(edges) else (points,))


def _corners(edges: Edges) -> Polygon:
    x_min, y_min, x_max, y_max = edges
    return (x_min, y_min), (x_max, y_min), (x_max, y_max), (x_min, y_max)


# From records to files


def _video_and_number(record: ImageRecord, context: WriteContext) -> tuple[str, int]:
    """The video and the frame number that a record's path names."""
    path = PurePosixPath(record.path)
    found = FRAME_NAME.fullmatch(path.name)
    video = "" if found is None else found[1] or path.parent.name
    if found is None or not video:
        reason = "its path is neither VIDEO/frame_NNNN.jpg nor VIDEO_frame_NNNN.jpg"
        context.refuse(record, reason, "four digits: the frame's number in its video")
    if is_junk(video):
        context.refuse(record, f"a folder {video!r} would be taken for a system's own")
    if record.path != f"{video}/{_frame_name(int(found[2]))}":
        reason = "the name's video becomes a folder" if found[1] else "only the last two parts are kept"
        context.lose("path", reason)
    session = session_of(video) or video
    if record.group not in (None, session):
        context.lose("group", "the folder's name tells the group")
    return video, int(found[2])


def _check_image(record: ImageRecord, context: WriteContext) -> None:
    if record.file is None:
        context.refuse(record, "it has no image, and polygons are paired with the images beside them")
    if (record.width, record.height) != SIZE:
        context.refuse(record, f"it is {record.width} x {record.height}; frames are {SIZE[0]} x {SIZE[1]}")
    try:
        with record.file.open() as (file, _):
            magic = file.read(len(JPEG_MAGIC))
    except OSError as error:
        context.refuse(record, f"its image cannot be read: {error.strerror}")
    if magic != JPEG_MAGIC:
        context.refuse(record, "its image is no JPEG")


def _outlines(record: ImageRecord, context: WriteContext) -> "tuple[Outline, ...]":
    """The four outlines of a record, (vertices, 2), with (0, 0) for an absent hand."""
    import numpy as np

    boxes = {box.label: box for box in record.boxes}
    known = ", ".join(HANDS)
    for label in boxes:
        if label not in HANDS:
            hint = f"--map {label}=myleft makes it one of them"
            context.refuse(record, f"label {label!r}; its labels are {known}", hint)
    if len(boxes) != len(record.boxes):
        context.refuse(record, "two boxes of one label; a frame has each hand once")
    if [hand for hand in HANDS if hand in boxes] != list(boxes):
        context.lose("order", "boxes are stored hand by hand")
    absent = np.zeros((0, 0))
    return tuple(
        np.array(_points(boxes[hand], record, context)) if hand in boxes else absent for hand in HANDS
    )


def _points(box: Box, record: ImageRecord, context: WriteContext) -> Polygon:
    if len(box.polygons) > 1:
        context.refuse(record, f"{box.label} has {len(box.polygons)} polygons; a hand has one outline")
    if not box.polygons:
        return _corners(box.edges)
    [points] = box.polygons
    if len(points) < FEWEST_VERTICES:
        context.refuse(record, f"{box.label} has a polygon of {len(points)} vertices; the least is three")
    whole = extent(points)
    if points == _corners(whole):
        context.lose("polygons", "an outline that is a rectangle is read back as a box alone")
    x_min, y_min, x_max, y_max = whole
    if box.edges not in (whole, (max(x_min, 0), max(y_min, 0), min(x_max, SIZE[0]), min(y_max, SIZE[1]))):
        context.lose("edges", "a box is the extent of its outline")
    return points


def _video_row(video: str, frames: "Mapping[int, tuple[Outline, ...]]") -> tuple[object, ...]:
    """One element of metadata.mat's struct; parts that the folder's name does not tell are empty."""
    import numpy as np

    found = VIDEO_NAME.fullmatch(video)
    activity, location, viewer, partner = found.groups() if found else ("",) * 4
    other = f"{activity}_{location}_{partner}_{viewer}" if found else ""
    # Integers, as loadmat gives MATLAB's own small numbers: readers format them with %04d.
    rows = [(np.array([[number]], np.uint16), *frames[number]) for number in sorted(frames)]
    labelled_frames = mat_file.struct_array(("frame_num", *HANDS), rows)
    return video, other, viewer, partner, location, activity, labelled_frames


ADAPTER = Adapter(
    name="egohands",
    summary="EgoHands (outlines of hands in MATLAB files)",
    source=PROJECT_PAGE,
    options=EgoHandsOptions,
    sniff=sniff,
    read=read,
    write=write,
    keeps=frozenset({"polygons", "group", "path"}),
    splits={"official": official_split},
)


@hookimpl
def register_adapters() -> list[Adapter]:
    """Offer EgoHands to the plugin manager."""
    return [ADAPTER]
