"""Makes a small EgoHands in the original's layout, through the public API."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from numpy.random import PCG64, Generator

from boxwright.core.demo import camera
from boxwright.core.demo.drawing import Polygon, draw_frame
from boxwright.core.demo.worker_process import start_worker
from boxwright.core.errors import BoxwrightError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.report import Report
from boxwright.core.schema import Box, Dataset, ImageRecord, Info
from boxwright.core.write import write

# The original's 24 games, in an order whose first four show every activity, place and person.
SESSIONS = (
    *("CARDS_COURTYARD_B_T", "CHESS_OFFICE_H_T", "JENGA_LIVINGROOM_B_H", "PUZZLE_OFFICE_S_T"),
    *("CARDS_LIVINGROOM_H_S", "CHESS_COURTYARD_H_S", "JENGA_OFFICE_B_S", "PUZZLE_COURTYARD_B_S"),
    *("CARDS_OFFICE_H_T", "CHESS_LIVINGROOM_B_S", "JENGA_COURTYARD_S_T", "PUZZLE_LIVINGROOM_B_T"),
    *("CARDS_COURTYARD_H_S", "CHESS_COURTYARD_B_T", "JENGA_LIVINGROOM_S_T", "PUZZLE_OFFICE_B_H"),
    *("CARDS_LIVINGROOM_B_T", "CHESS_LIVINGROOM_H_T", "JENGA_OFFICE_H_T", "PUZZLE_COURTYARD_H_T"),
    *("CARDS_OFFICE_B_S", "CHESS_OFFICE_B_S", "JENGA_COURTYARD_B_H", "PUZZLE_LIVINGROOM_H_S"),
)
VIDEO_LENGTH = 2700  # frames, 90 s; labelled ones are scattered over it
JPEG_QUALITY = 88  # about 100 KB a frame
LICENCE = "Apache-2.0"  # the drawings are ours: the project's own


def generate(
    target: Path,
    videos: int = 8,
    frames: int = 12,
    seed: int = 0,
    *,
    workers: int = 1,
    progress: Callable[[Dataset], Dataset] = lambda dataset: dataset,
) -> Report:
    """Draw a small EgoHands into the new folder `target`.

    videos    1 to 48, in pairs that show one game from both sides
    frames    in each video, 1 to 2700
    seed      another seed draws other tables, clothes and movements
    workers   processes that draw; the bytes do not depend on their number
    progress  wraps the frames on their way, to show how far it is
    """
    if not 1 <= videos <= 2 * len(SESSIONS):
        raise ValueError(f"videos = {videos}: EgoHands has 1 to {2 * len(SESSIONS)}")
    if not 1 <= frames <= VIDEO_LENGTH:
        raise ValueError(f"frames = {frames}: a video has 1 to {VIDEO_LENGTH}")
    with TemporaryDirectory() as folder:
        films = [_Film(Path(folder), video, frames, seed) for video in sorted(_both_sides()[:videos])]
        info = Info(name="a small EgoHands", licence=LICENCE, source="drawn by boxwright demo")
        drawing = Dataset(None, lambda: _drawn(films, workers), info)
        return write(progress(drawing), target, format="egohands")


@dataclass(frozen=True, slots=True)
class _Film:
    """A video to draw: how many frames of it, and where to."""

    folder: Path
    video: str
    frames: int
    seed: int


def _drawn(films: list[_Film], workers: int) -> Iterator[ImageRecord]:
    """The frames of every video in order; a worker draws whole videos, whose frames share a room."""
    if workers <= 1:
        for film in films:
            yield from _frames(film)
        return
    # Fresh processes, not forks: the caller may hold threads (progress bars, TensorFlow).
    pool = ProcessPoolExecutor(min(workers, len(films)), get_context("spawn"), start_worker)
    try:
        for records in pool.map(_frames, films):
            yield from records
    except BrokenProcessPool:
        raise BoxwrightError("a process that draws was killed", "out of memory? run it again") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _frames(film: _Film) -> list[ImageRecord]:
    numbers = _labelled(film.video, film.frames, film.seed)
    return [_record(film.folder, film.video, number, film.seed) for number in numbers]


def _both_sides() -> list[str]:
    """The 48 videos, partners side by side."""
    videos = []
    for session in SESSIONS:
        game, viewer, partner = session.rsplit("_", 2)
        videos += [session, f"{game}_{partner}_{viewer}"]
    return videos


def _labelled(video: str, count: int, seed: int) -> list[int]:
    """The numbers of the frames that are labelled: scattered, in order."""
    rng = Generator(PCG64([seed, crc32(video.encode()), 1]))
    return [int(frame) for frame in sorted(rng.choice(VIDEO_LENGTH, count, replace=False))]


def _record(folder: Path, video: str, frame: int, seed: int) -> ImageRecord:
    image, hands = draw_frame(video, frame, seed)
    path = f"{video}/frame_{frame:04d}.jpg"
    file = folder / path
    file.parent.mkdir(exist_ok=True)
    image.save(file, quality=JPEG_QUALITY)
    game, viewer, partner = video.rsplit("_", 2)
    return ImageRecord(
        path=path,
        width=camera.WIDTH,
        height=camera.HEIGHT,
        boxes=tuple(_box(label, polygon) for label, polygon in hands.items()),
        group=f"{game}_{''.join(sorted((viewer, partner)))}",  # as the reader names it
        file=ImageFile(file),
    )


def _box(label: str, polygon: Polygon) -> Box:
    across, down = zip(*polygon, strict=True)
    return Box(
        label=label,
        x_min=min(across),
        y_min=min(down),
        x_max=max(across),
        y_max=max(down),
        polygons=(polygon,),
    )
