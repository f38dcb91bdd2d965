"""Event files, as TensorBoard shows them: numbers and pictures by step, under the OD API's names.

They are written as TensorFlow 1 wrote them, with values and images in the events themselves, for which
TensorFlow needs no TensorBoard.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (H, W, 3) RGB

RGB = 3  # tf.compat.v1.Summary.Image.colorspace, which counts channels
# A tenth of the PNG's bytes, for photographs; thin lines stay clean with colours at full size.
JPEG_QUALITY = 90


class Summaries:
    """Event files in a folder; a new one each time that a run starts, made when there is something in it.

    after   the step that the run goes on from: readers drop what earlier files say of later steps, which
            are made again
    """

    def __init__(self, folder: Path, *, after: int) -> None:
        self._folder, self._after = folder, after
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Add a step's numbers, by name."""
        kind = tf.compat.v1.Summary.Value
        self._add(step, [kind(tag=name, simple_value=value) for name, value in values.items()])

    def pictures(self, step: int, pictures: Mapping[str, Picture]) -> None:
        """Add a step's pictures, by name."""
        kind = tf.compat.v1.Summary.Value
        self._add(step, [kind(tag=name, image=_image(picture)) for name, picture in pictures.items()])

    def _add(self, step: int, values: list[Any]) -> None:
        if values:
            self._opened().add_summary(tf.compat.v1.Summary(value=values), step)
            self._opened().flush()  # a line every few seconds: what is seen is up to date

    def _opened(self) -> Any:
        if self._file is None:
            with tf.Graph().as_default():  # it is TensorFlow 1's, and refuses to be made elsewhere
                # Its own name for a file goes by seconds.
                name = f".{os.getpid()}.{self._after}"
                self._file = tf.compat.v1.summary.FileWriter(str(self._folder), filename_suffix=name)
            start = tf.compat.v1.SessionLog(status=tf.compat.v1.SessionLog.START)
            self._file.add_session_log(start, self._after + 1)
        return self._file


def _image(picture: Picture) -> Any:
    encoded = tf.io.encode_jpeg(picture, quality=JPEG_QUALITY, chroma_downsampling=False)
    height, width = picture.shape[:2]
    return tf.compat.v1.Summary.Image(
        height=height, width=width, colorspace=RGB, encoded_image_string=encoded.numpy()
    )
