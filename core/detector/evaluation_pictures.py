"""Pictures of what a detector finds on images that it was not trained on."""

from collections.abc import Callable
from pathlib import Path

from boxwright.core.detector.any_detector import load_detector
from boxwright.core.detector.detect import Detected, detect
from boxwright.core.pipeline.completion import EVAL_SPLITS
from boxwright.core.read import read
from boxwright.core.schema import ImageRecord

MOST = 12  # pictures: a look, not an evaluation
IMAGES = "images"  # in the folder of pictures: the images themselves


def evaluation_pictures(
    model: Path, records: Path, folder: Path, say: Callable[[str], None] = lambda text: None
) -> Detected:
    """Draw what an exported model finds on images of the evaluation split, evenly spread over it.

    records  a folder that `convert --to tfrecord` made
    folder   gets the pictures, detections.json, and the images under images/
    """
    there = list(read(records, "tfrecord"))
    splits = {record.split for record in there}
    split = next((name for name in EVAL_SPLITS if name in splits), None)
    unseen = [record for record in there if record.split == split]
    step = max(len(unseen) // MOST, 1)
    paths = [_placed(record, folder / IMAGES) for record in unseen[step // 2 :: step][:MOST]]
    return detect(load_detector(model), paths, folder, say=say)


def _placed(record: ImageRecord, folder: Path) -> Path:
    path = folder / record.path
    if record.file is not None:
        record.file.place(path, "copy")
    return path
