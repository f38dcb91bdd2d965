from pathlib import Path

import pytest
import tensorflow as tf

from boxwright.core.detector.input.class_names import ClassNames, classes_of, read_class_names
from boxwright.core.errors import AnnotationError

LABEL_MAP = """
item { id: 1 name: '/m/01' display_name: 'hand' }
item { id: 3 name: '/m/03' display_name: '/m/01' }
item { id: 2 name: 'foot' }
"""


@pytest.fixture
def label_map(tmp_path: Path) -> Path:
    path = tmp_path / "label_map.pbtxt"
    path.write_text(LABEL_MAP)
    return path


@pytest.mark.parametrize(
    "texts, labels, classes",
    [
        (["foot", "/m/03"], [1, 1], [1, 2]),
        (["hand", "foot"], [], [0, 1]),
        (["/m/01"], [], [0]),
        (["nose", "hand"], [1, 1], [-1, 0]),
        ([], [3, 1, 0], [2, 0, -1]),
        ([], [], []),
    ],
    ids=["texts before labels", "display names too", "names first", "unknown", "labels", "nothing"],
)
@pytest.mark.parametrize("traced", [False, True])
def test_an_objects_class(
    texts: list[str], labels: list[int], classes: list[int], traced: bool, label_map: Path
):
    names = read_class_names(label_map)

    def find(texts: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        return classes_of(texts, labels, names)

    specs = [tf.TensorSpec([None], tf.string), tf.TensorSpec([None], tf.int64)]
    found = tf.function(find, autograph=False, input_signature=specs) if traced else find
    assert found(tf.constant(texts, tf.string), tf.constant(labels, tf.int64)).numpy().tolist() == classes


def test_display_names_may_count_first(label_map: Path):
    names = read_class_names(label_map, display_first=True)
    assert classes_of(tf.constant(["/m/01"]), tf.constant([], tf.int64), names).numpy().tolist() == [2]


def test_without_names_labels_count():
    found = classes_of(tf.constant(["x"]), tf.constant([4], tf.int64), ClassNames())
    assert found.numpy().tolist() == [3]


def test_a_class_is_called_by_its_first_name_in_the_order_of_the_ids(label_map: Path):
    assert list(read_class_names(label_map).by_id.items()) == [(1, "/m/01"), (2, "foot"), (3, "/m/03")]
    shown_first = read_class_names(label_map, display_first=True)
    assert shown_first.by_id == {1: "hand", 2: "foot", 3: "/m/01"}


def test_a_text_that_is_no_label_map_is_an_error(tmp_path: Path):
    path = tmp_path / "x.pbtxt"
    path.write_text("item { id: one }")
    with pytest.raises(AnnotationError, match="no label map"):
        read_class_names(path)
