"""Label maps: ours can be read by protobuf's own parser, and those of TensorFlow's models by us."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxwright.core.errors import AnnotationError
from boxwright.core.tfrecord.label_map import label_ids, label_map_text, labels_in_order, read_label_map

LABELS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), unique=True)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("labels") / "x_label_map.pbtxt"


def refusal(path: Path) -> str:
    with pytest.raises(AnnotationError) as caught:
        read_label_map(path)
    return str(caught.value).replace(str(path), path.name)


def test_ids_count_from_1_in_the_order_of_the_labels():
    assert label_ids(("hand", "face")) == {"hand": 1, "face": 2}


def test_the_text_is_as_the_od_api_writes_it():
    assert label_map_text(("hand", "it's")) == (
        "item {\n  id: 1\n  name: 'hand'\n}\nitem {\n  id: 2\n  name: 'it\\'s'\n}\n"
    )


@given(LABELS)
def test_any_labels_come_back_from_their_text(file: Path, labels: list[str]):
    file.write_text(label_map_text(labels), encoding="utf-8", newline="")
    assert read_label_map(file) == dict(enumerate(labels, start=1))


@given(LABELS)
def test_no_control_character_stands_in_the_text_but_line_feeds(labels: list[str]):
    # TensorFlow's own reader is C++, which takes NUL for the end of the file.
    lines = label_map_text(labels).split("\n")
    assert len(lines) == 4 * len(labels) + 1
    assert not any(ord(character) < 32 or ord(character) == 127 for line in lines for character in line)


@pytest.mark.parametrize(
    "label", ['"', "'", "\\", "\\n", "\n", "\r\n", "\t", "\0", "\x7f9", "\u2028", "é", "手", "🐕", "}"]
)
def test_a_label_with_special_characters_comes_back(file: Path, label: str):
    file.write_text(label_map_text([label]), encoding="utf-8", newline="")
    assert read_label_map(file) == {1: label}


def test_a_stray_backslash_is_kept_without_a_warning(file: Path):
    file.write_text(r"item { id: 1 name: 'a\ b' }")
    assert read_label_map(file) == {1: r"a\ b"}


def test_what_tensorflows_models_have_in_label_maps_is_read(file: Path):
    file.write_bytes(
        b"\xef\xbb\xbf# COCO, with gaps\r\n"
        b"item { id: 3 name: '/m/01g317' display_name: 'person' }\r\n"
        b'item {\r\n  name: "cat" # the name comes first here\r\n  id: 1\r\n}\r\n'
        b"item: { id: 7, display_name: 'do' 'g' }\n"
        b"item { id: 90 name: 'nose' keypoints { id: 1 label: 'tip' } frequency: RARE ancestor_ids: [1] }\n"
    )
    names = read_label_map(file)
    assert names == {3: "/m/01g317", 1: "cat", 7: "dog", 90: "nose"}
    assert labels_in_order(names) == ("cat", "/m/01g317", "dog", "nose")


def test_the_background_at_0_is_no_class(file: Path):
    file.write_text("item { id: 0 name: 'background' } item { id: 1 name: 'hand' }")
    assert read_label_map(file) == {1: "hand"}


def test_a_name_at_two_ids_is_one_label():
    assert labels_in_order({4: "hand", 2: "hand", 3: "face"}) == ("hand", "face")


def test_an_empty_label_map_holds_no_class(file: Path):
    file.write_text(label_map_text([]))
    assert read_label_map(file) == {}


@pytest.mark.parametrize(
    "text, message",
    [
        ("item { id: 0 name: 'a' }", "item[0]: id 0: label map ids start at 1"),
        ("item { name: 'a' }", "item[0]: id 0: label map ids start at 1"),
        ("item { id: -3 name: 'a' }", "item[0]: id -3: label map ids start at 1"),
        ("item { id: 1 name: 'a' } item { id: 2 }", "item[1]: has no name"),
        ("item { id: 1 name: 'a' } item { id: 1 name: 'b' }", "item[1]: id 1 names both 'a' and 'b'"),
        ("node { name: 'conv' }", "no label map: it holds no item"),
        ("item { id: 1 name: 'a'", 'no label map: 1:20 : Expected "}".'),
        (
            "item { id: 3000000000 name: 'a' }",
            "no label map: 1:12 : 'item { id: 3000000000 name: 'a' }': Value out of range: 3000000000",
        ),
    ],
)
def test_what_is_wrong_with_a_label_map_is_told(file: Path, text: str, message: str):
    file.write_text(text)
    assert refusal(file) == f"x_label_map.pbtxt: {message}"


@pytest.mark.parametrize("data", [b"\xff\xfe\0", b"item {" * 5000, b"\0\0\0"])
def test_bytes_that_are_no_label_map_are_refused(file: Path, data: bytes):
    file.write_bytes(data)
    assert refusal(file).startswith("x_label_map.pbtxt: no label map: ")


def test_a_long_line_is_not_repeated_in_full(file: Path):
    file.write_text("item { id: 'x' } " * 10_000)
    assert len(refusal(file)) < 400


def test_a_label_map_that_is_not_there_is_told(tmp_path: Path):
    assert refusal(tmp_path / "gone.pbtxt") == "gone.pbtxt: cannot be read: No such file or directory"
