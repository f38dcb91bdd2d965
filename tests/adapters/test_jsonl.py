"""JSON lines: nothing is lost, and what is no record of ours is named."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from boxwright.adapters.jsonl import ADAPTER, register_adapters, sniff
from boxwright.core.errors import AnnotationError, OptionError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Problem
from boxwright.core.read import read
from boxwright.core.schema import FARTHEST, Box, Cuboid, Dataset, ImageRecord, Info
from boxwright.core.write_context import WriteContext

HEADER = '{"format":"boxwright","version":1,"info":{}}\n'
BOX = '{"label":"hand","x_min":1,"y_min":2,"x_max":3,"y_max":4}'

EVERYTHING = Box(
    label="hand",
    x_min=1,
    y_min=2.25,
    x_max=30,
    y_max=40,
    difficult=True,
    truncated=0.5,
    occluded=2,
    crowd=True,
    group_of=True,
    polygons=(((1, 2.25), (30, 2.5), (30, 40)),),
    area=12.5,
    pose="Left",
    score=0,
    cuboid=Cuboid(alpha=-1.5, x=0),
    attributes={"flag": True, "count": 1, "share": 1.0, "text": "a\u2028b\x01\x85\nä"},
)


def image(path: Path, size: tuple[int, int] = (100, 80)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size).save(path)
    return path


def write(dataset: Dataset, root: Path, images: str = "copy") -> WriteContext:
    context = WriteContext(root=root, adapter="jsonl", name="x", images=images)  # type: ignore[arg-type]
    assert ADAPTER.write is not None
    ADAPTER.write(dataset, ADAPTER.options(), context)
    return context


def written(records: Iterable[ImageRecord], root: Path) -> str:
    write(Dataset(None, lambda: iter(records)), root)
    return (root / "annotations.jsonl").read_text(encoding="utf-8")


def lines(root: Path, *records: str, header: str = HEADER) -> Path:
    (root / "annotations.jsonl").write_text(
        header + "".join(f"{line}\n" for line in records), encoding="utf-8"
    )
    return root


def facts(problems: Iterable[Problem]) -> list[tuple[str, str, str, str]]:
    return [(found.code, found.path, found.where, found.action) for found in problems]


def error(root: Path) -> str:
    with pytest.raises(AnnotationError) as caught:
        list(read(root, "jsonl"))
    return str(caught.value)


# Writing.


def test_a_record_is_one_line_with_what_it_says_in_the_order_of_the_schema(tmp_path: Path):
    bare = Box(label="hand", x_min=80, y_min=0.5, x_max=90, y_max=1e100)
    records = [
        ImageRecord(path="a.png", width=None, height=None),
        ImageRecord(
            path="b/c.png", width=100, height=80, boxes=(bare, EVERYTHING), ignored=(bare,), split="val"
        ),
    ]
    hand = '{"label":"hand","x_min":80.0,"y_min":0.5,"x_max":90.0,"y_max":1e+100}'
    full = (
        '{"label":"hand","x_min":1.0,"y_min":2.25,"x_max":30.0,"y_max":40.0,"difficult":true,"truncated":0.5,'
        '"occluded":2,"crowd":true,"group_of":true,"polygons":[[[1.0,2.25],[30.0,2.5],[30.0,40.0]]],"area":12.5,'
        '"pose":"Left","score":0.0,"cuboid":{"alpha":-1.5,"x":0.0},'
        '"attributes":{"flag":true,"count":1,"share":1.0,"text":"a\u2028b\\u0001\x85\\nä"}}'
    )
    assert written(records, tmp_path) == (
        f'{HEADER}{{"path":"a.png","width":null,"height":null}}\n'
        f'{{"path":"b/c.png","width":100,"height":80,"boxes":[{hand},{full}],"ignored":[{hand}],"split":"val"}}\n'
    )


def test_the_header_holds_labels_as_they_are_declared_and_the_info(tmp_path: Path):
    info = Info(name="hands", licence="CC0")
    scans = []
    dataset = Dataset(("b", "a"), lambda: iter(scans.append(1) or ()), info)  # type: ignore[func-returns-value]
    write(dataset, tmp_path)
    assert (tmp_path / "annotations.jsonl").read_text() == (
        '{"format":"boxwright","version":1,"labels":["b","a"],"info":{"name":"hands","licence":"CC0"}}\n'
    )
    assert scans == [1]
    found = read(tmp_path)
    assert (found.declared_labels, found.info, list(found)) == (("b", "a"), info, [])


def test_everything_comes_back(tmp_path: Path):
    source = ImageFile(image(tmp_path / "source.jpg"))
    record = ImageRecord(
        path="ä b/c%.jpg",
        width=100,
        height=80,
        boxes=(EVERYTHING, replace(EVERYTHING, cuboid=Cuboid(), label="\u2028")),
        ignored=(EVERYTHING,),
        split="train",
        group="scene",
        source_id="17",
        attributes={"one": 1, "float": 1.0, "big": 10**30, "tiny": 5e-324, "true": True, "": ""},
        file=source,
    )
    written([record], tmp_path / "out")
    dataset = read(tmp_path / "out")
    [found] = dataset
    assert found == record
    assert [type(value) for value in found.attributes.values()] == [int, float, int, float, bool, str]
    assert [type(value) for value in found.boxes[0].attributes.values()] == [bool, int, float, str]
    assert found.file is not None and found.file.read() == source.read()
    assert dataset.problems == []


scalars = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
attributes = st.dictionaries(st.text(), scalars, max_size=3)
floats = st.floats(allow_nan=False, allow_infinity=False)
edges = st.floats(-FARTHEST, FARTHEST)
boxes = st.builds(
    lambda x, y, **fields: Box(x_min=min(x), x_max=max(x), y_min=min(y), y_max=max(y), **fields),
    st.tuples(edges, edges).filter(lambda pair: pair[0] != pair[1]),
    st.tuples(edges, edges).filter(lambda pair: pair[0] != pair[1]),
    label=st.text(min_size=1),
    difficult=st.booleans(),
    truncated=st.none() | st.floats(0, 1),
    occluded=st.none() | st.integers(0, 3),
    polygons=st.lists(st.lists(st.tuples(floats, floats), max_size=3).map(tuple), max_size=2).map(tuple),
    area=st.none() | st.floats(0, 1e300),
    pose=st.none() | st.text(),
    score=st.none() | floats,
    cuboid=st.none()
    | st.builds(Cuboid, **{name: st.none() | floats for name in Cuboid.__dataclass_fields__}),
    attributes=attributes,
)


@given(
    st.lists(boxes, max_size=2).map(tuple),
    st.lists(boxes, max_size=1).map(tuple),
    attributes,
    st.none() | st.text(),
)
def test_any_record_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    boxes: tuple[Box, ...],
    ignored: tuple[Box, ...],
    attributes: dict[str, str],
    name: str | None,
):
    root = tmp_path_factory.mktemp("jsonl")
    record = ImageRecord(
        path="a.png",
        width=None,
        height=None,
        boxes=boxes,
        ignored=ignored,
        split=name,
        group=name,
        source_id=name,
        attributes=attributes,
    )
    written([record], root)
    [found] = read(root)
    assert found == record
    assert list(map(type, found.attributes.values())) == list(map(type, attributes.values()))


def test_two_records_may_share_an_image_but_not_its_name(tmp_path: Path):
    one, two = (ImageFile(image(tmp_path / name, (9, size))) for name, size in (("1.png", 7), ("2.png", 8)))
    same = [ImageRecord(path="a.png", width=9, height=7, source_id=name, file=one) for name in "12"]
    written(same, tmp_path / "out")
    assert list(read(tmp_path / "out")) == same
    with pytest.raises(WriteError) as caught:
        written([same[0], replace(same[1], file=two)], tmp_path / "again")
    assert str(caught.value) == f"a.png: jsonl cannot hold it: another image has this path: {one.path}"


def test_a_line_too_long_to_be_read_is_not_written(tmp_path: Path):
    record = ImageRecord(path="a.png", width=1, height=1, attributes={"x": "ä" * (2 << 20)})
    with pytest.raises(WriteError) as caught:
        written([record], tmp_path)
    assert str(caught.value) == "a.png: jsonl cannot hold it: its line is longer than 4194304 bytes"


def test_a_name_that_is_no_text_is_refused(tmp_path: Path):
    with pytest.raises(WriteError) as caught:
        written([ImageRecord(path="\udcff.png", width=1, height=1)], tmp_path)
    fact = "a text holds bytes that are no text, which the file system allows but UTF-8 not"
    assert str(caught.value) == f"\udcff.png: jsonl cannot hold it: {fact}"


# Reading.


@pytest.mark.parametrize("place", [".", "annotations.jsonl", "images"])
def test_the_folder_the_file_or_the_images_will_do(tmp_path: Path, place: str):
    lines(tmp_path, f'{{"path":"a.png","boxes":[{BOX}]}}')
    image(tmp_path / "images/a.png")
    assert sniff(tmp_path / place)
    dataset = read(tmp_path / place)
    assert list(dataset) == [
        ImageRecord(
            path="a.png", width=100, height=80, boxes=(Box(label="hand", x_min=1, y_min=2, x_max=3, y_max=4),)
        )
    ]
    assert dataset.problems == []


def test_a_file_of_another_name_and_images_elsewhere_will_do(tmp_path: Path):
    (tmp_path / "train.jsonl").write_text(HEADER + '{"path":"a.png"}')
    image(tmp_path / "pictures/a.png")
    [found] = read(tmp_path / "train.jsonl", images=tmp_path / "pictures")
    assert found.width == 100
    with pytest.raises(OptionError) as caught:
        read(tmp_path / "train.jsonl", images="nowhere")
    assert str(caught.value) == "jsonl option images = nowhere: path does not point to a directory"


def test_a_file_without_header_is_read_and_its_labels_are_those_of_the_boxes(tmp_path: Path):
    lines(tmp_path, f'{{"path":"a.png","boxes":[{BOX}]}}', header="")
    dataset = read(tmp_path)
    assert (len(list(dataset)), dataset.declared_labels, dataset.labels) == (1, None, ("hand",))


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_no_problem(tmp_path: Path):
    lines(tmp_path, "", '  {"path":"a.png"}\r', "  ", header="\ufeff" + HEADER)
    assert [found.path for found in read(tmp_path)] == ["a.png"]


def test_a_missing_image_leaves_the_size_as_it_is_declared(tmp_path: Path):
    lines(tmp_path, '{"path":"b/a.png","width":7,"height":8}')
    dataset = read(tmp_path)
    assert [(found.width, found.height, found.file) for found in dataset] == [(7, 8, None)]
    assert facts(dataset.problems) == [("missing_image", "annotations.jsonl", "2", "keep")]
    assert dataset.problems[0].message == "no image b/a.png"


def test_a_size_that_is_not_the_images_is_reported_with_its_line(tmp_path: Path):
    lines(tmp_path, '{"path":"a.png","width":7,"height":8}')
    image(tmp_path / "images/a.png")
    dataset = read(tmp_path)
    assert [(found.width, found.height) for found in dataset] == [(100, 80)]
    assert facts(dataset.problems) == [("size_mismatch", "annotations.jsonl", "2", "repair")]


def test_boxes_are_checked_with_their_line_and_number(tmp_path: Path):
    out = BOX.replace('"x_max":3', '"x_max":300')
    record = f'{{"path":"a.png","width":7,"height":8,"boxes":[{BOX},{BOX},{out}],"ignored":[{BOX},{out}]}}'
    dataset = read(lines(tmp_path, record))
    [found] = dataset
    assert [len(found.boxes), len(found.ignored), found.ignored[1].x_max] == [3, 2, 7]
    assert facts(dataset.problems)[1:] == [
        ("duplicate_box", "annotations.jsonl", "2 boxes[1]", "keep"),
        ("box_outside_image", "annotations.jsonl", "2 boxes[2]", "repair"),
        ("box_outside_image", "annotations.jsonl", "2 ignored[1]", "repair"),
    ]


def test_a_label_outside_the_closed_list_is_an_error(tmp_path: Path):
    lines(tmp_path, f'{{"path":"a.png","boxes":[{BOX}]}}')
    with pytest.raises(AnnotationError) as caught:
        list(read(tmp_path, labels=["hands"]))
    assert str(caught.value) == (
        "annotations.jsonl:2 boxes[0]: label 'hand' is not in the list hands; did you mean 'hands'?"
    )


@pytest.mark.parametrize(
    "record, problem",
    [
        ('{"path":"a.png","widht":7}', "2: unknown key 'widht'; did you mean 'width'?"),
        ('{"width":7}', "2: the key 'path' is missing"),
        ("[1]", "2: the record: [1] is no JSON object"),
        ('{"path":7}', "2: path = 7: input should be a valid string"),
        ('{"path":"../a.png"}', "2: path '../a.png' leaves its folder"),
        ('{"path":"/a.png"}', "2: path '/a.png' is absolute"),
        (
            '{"path":"a.png","width":1.5}',
            "2: width = 1.5: input should be a valid integer, got a number with a fractional part",
        ),
        ('{"path":"a.png","height":0}', "2: height = 0: input should be greater than or equal to 1"),
        ('{"path":"a.png","width":1000000001}', "2: width: 1000000001 is no number of pixels"),
        ('{"path":"a.png","split":5}', "2: split = 5: input should be a valid string"),
        ('{"path":"a.png","attributes":[]}', "2: attributes: [] is no JSON object"),
        ('{"path":"a.png","attributes":{"x":1e999}}', "2: attributes.x: inf is no text, number or flag"),
        ('{"path":"a.png","boxes":{}}', "2: boxes: {} is no list"),
        ('{"path":"a.png","boxes":[[1,2,3,4]]}', "2 boxes[0]: a box: [1, 2, 3, 4] is no JSON object"),
        ('{"path":"a.png","ignored":[{}]}', "2 ignored[0]: the key 'label' is missing"),
    ],
)
def test_a_record_that_cannot_be_is_named(tmp_path: Path, record: str, problem: str):
    assert error(lines(tmp_path, record)) == f"annotations.jsonl:{problem}"


@pytest.mark.parametrize(
    "change, problem",
    [
        ('"lable":1', "unknown key 'lable'; did you mean 'label'?"),
        ('"x_min":"nan"', "x_min: 'nan' is not a finite number"),
        ('"x_min":1e999', "x_min: inf is not a finite number"),
        ('"x_min":null', "x_min: None is not a finite number"),
        ('"label":""', "label = '': string should have at least 1 character"),
        ('"label":5', "label: 5 is no text"),
        ('"truncated":7', "truncated = 7: input should be less than or equal to 1"),
        ('"difficult":[]', "difficult = []: input should be a valid boolean"),
        ('"polygons":5', "polygons = 5: input should be a valid tuple"),
        (
            '"polygons":[[[1,2,3]]]',
            "polygons.0.0 = [1, 2, 3]: tuple should have at most 2 items after validation, not 3",
        ),
        ('"polygons":[[[1,null]]]', "polygons.0.0.1 = None: input should be a valid number"),
        ('"polygons":[1,2]', "polygons.0 = 1: input should be a valid tuple"),  # one fact, not a million
        ('"polygons":[[1,2]]', "polygons.0.0 = 1: input should be a valid tuple"),
        (
            '"cuboid":{"roll":1,"yaw":2}',
            "unknown key 'roll'; keys are alpha, height, width, length, x, y, z, rotation_y",
        ),
        ('"cuboid":5', "cuboid: 5 is no JSON object"),
        ('"cuboid":{"x":[]}', "cuboid.x = []: input should be a valid number"),
        ('"attributes":{"x":[]}', "attributes.x: [] is no text, number or flag"),
    ],
)
def test_a_box_that_cannot_be_is_named(tmp_path: Path, change: str, problem: str):
    bad = f"{BOX[:-1]},{change}}}"
    lines(tmp_path, f'{{"path":"a.png","boxes":[{BOX},{bad}]}}')
    assert error(tmp_path) == f"annotations.jsonl:2 boxes[1]: {problem}"


@pytest.mark.parametrize(
    "line, problem",
    [
        ('{"path":"a.png"} {"path":"b.png"}', "trailing characters (column 18)"),
        ("[" * 100_000, "recursion limit exceeded (column 202)"),
        ('{"path":"\\ud800"}', "unexpected end of hex escape (column 16)"),
        ("9" * 5000, "number out of range (column 4302)"),
    ],
)
def test_what_is_no_json_is_named(tmp_path: Path, line: str, problem: str):
    assert error(lines(tmp_path, line)) == f"annotations.jsonl:2: is no valid JSON: {problem}"


def test_text_that_is_no_utf8_is_named(tmp_path: Path):
    (tmp_path / "annotations.jsonl").write_bytes(HEADER.encode() + b'{"path":"\xe9.png"}\n')
    assert error(tmp_path) == "annotations.jsonl:2: is no valid JSON: invalid unicode code point (column 10)"


def test_a_file_that_is_cut_off_says_so(tmp_path: Path):
    (tmp_path / "annotations.jsonl").write_text(HEADER + '{"path":"a.png"}\n{"path":"b.p')
    assert error(tmp_path) == (
        "annotations.jsonl:3: is no valid JSON: EOF while parsing a string (column 12)\n"
        "  hint: the text ends early: was it copied whole?"
    )


def test_a_huge_line_is_refused_unread(tmp_path: Path):
    assert error(lines(tmp_path, " " * (5 << 20))) == "annotations.jsonl:2: is longer than 4194304 bytes"


EXPECTED = 'expected a header {"format": "boxwright", ...} or a record with a path'


@pytest.mark.parametrize(
    "first, problem",
    [
        ("", ": is empty"),
        ("[]\n", f":1: {EXPECTED}; found []"),
        (
            '{"ID":"273271","gtboxes":[]}\n',
            f":1: {EXPECTED}; found {{'ID': '273271', 'gtboxes': []}}",
        ),
        (
            '{"image":"a","class":1}\n',
            f":1: {EXPECTED}; found {{'image': 'a', 'class': 1}}",
        ),
        ('{"format":"boxwright","version":2}\n', ":1: version = 2: input should be 1"),
        ('{"format":"boxwright"}\n', ":1: version = None: input should be 1"),
        (
            '{"format":"boxwright","version":1,"colour":1}\n',
            ":1: unknown key 'colour'; keys are format, version, labels, info",
        ),
        (
            '{"format":"boxwright","version":1,"labels":["a",1,2]}\n',
            ":1: labels[1]: 1 is no text",
        ),
        (
            '{"format":"boxwright","version":1,"info":{"nam":"a"}}\n',
            ":1: unknown key 'nam'; did you mean 'name'?",
        ),
        (
            '{"format":"boxwright","version":1,"labels":["a","a"]}\n',
            ":1: labels: a name stands twice in ('a', 'a')",
        ),
        (
            '{"format":"boxwright","version":1,"info":{"name":5}}\n',
            ":1: info.name = 5: input should be a valid string",
        ),
    ],
)
def test_another_tools_file_is_named(tmp_path: Path, first: str, problem: str):
    lines(tmp_path, header=first)
    assert error(tmp_path) == f"annotations.jsonl{problem}"
    assert sniff(tmp_path) == ("boxwright" in first)  # so that the error is told, not that nobody knows it


def test_a_folder_without_the_file_is_an_error_with_a_way_out(tmp_path: Path):
    assert error(tmp_path) == (
        "annotations.jsonl: there is no such file\n  hint: give the folder that holds annotations.jsonl"
    )


def test_sniffing_never_raises(tmp_path: Path):
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\0")
    (tmp_path / "a.json").write_text(HEADER)
    for path in (tmp_path, tmp_path / "binary.jsonl", tmp_path / "a.json", tmp_path / "nowhere"):
        assert not sniff(path)


def test_the_adapter_offers_itself():
    assert register_adapters() == [ADAPTER]
