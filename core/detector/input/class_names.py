"""Which class an object of a TFRecord is: its text by the label map, else its label."""

from dataclasses import dataclass
from pathlib import Path

import tensorflow as tf

from boxwright.core.parsing.protobuf_text import parse
from boxwright.core.tfrecord.label_map import FIRST_ID, read_label_map
from boxwright.core.tfrecord.proto import message


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassNames:
    """What classes are called: pairs of a text and its id, from 1; of two alike the first counts."""

    pairs: tuple[tuple[str, int], ...] = ()

    @property
    def by_id(self) -> dict[int, str]:
        """The first name of each id, ascending."""
        first = {number: text for text, number in reversed(self.pairs)}
        return dict(sorted(first.items()))


def read_class_names(path: Path | str, *, display_first: bool = False) -> ClassNames:
    """The names, then the display names of a label map, or with `display_first` the other way round."""
    ids = read_label_map(Path(path))
    parsed = message("object_detection.protos.StringIntLabelMap")()
    parse(Path(path).read_text(encoding="utf-8-sig"), parsed, unknown_fields=True)
    items = [item for item in parsed.item if item.id in ids]
    names = [(str(item.name), int(item.id)) for item in items if item.name]
    display_names = [(str(item.display_name), int(item.id)) for item in items if item.display_name]
    first, second = (display_names, names) if display_first else (names, display_names)
    return ClassNames(pairs=(*first, *second))


def classes_of(texts: tf.Tensor, labels: tf.Tensor, names: ClassNames) -> tf.Tensor:
    """The class of each of G objects from 0, or -1 where it is not known.

    texts    (G,) or, where none are stored, (0,) string; they count before labels
    labels   (G,) or (0,) int64, from 1
    returns  (G,) int32
    """
    by_label = tf.maximum(tf.cast(labels, tf.int32) - FIRST_ID, -1)
    if not names.pairs:
        return by_label
    known, ids = zip(*names.pairs, strict=True)
    same = texts[:, tf.newaxis] == tf.constant(known)
    places = tf.argmax(tf.cast(same, tf.int32), axis=1)  # the first of several
    by_text = tf.where(tf.reduce_any(same, axis=1), tf.gather(ids, places) - FIRST_ID, -1)
    return tf.cond(tf.size(texts) > 0, lambda: by_text, lambda: by_label)
