"""COCO: what is written, that it comes back, and that pycocotools reads it."""

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools.coco import COCO

from boxwright.adapters.coco import ADAPTER, CocoOptions, sniff
from boxwright.core.errors import WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.problems import Policy
from boxwright.core.read import read
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, ImageRecord, Info
from boxwright.core.write_context import WriteContext

Boxes = tuple[float, float, float, float]


def box(*edges: float, label: str = "cat", **fields: Any) -> Box:
    x_min, y_min, x_max, y_max = edges
    return Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, **fields)


def record(path: str = "a.jpg", *boxes: Box, **fields: Any) -> ImageRecord:
    return ImageRecord(**{"path": path, "width": 100, "height": 80, "boxes": boxes, **fields})


def write(
    records: Iterable[ImageRecord],
    root: Path,
    labels: Iterable[str] | None = None,
    info: Info | None = None,
    images: Any = "copy",
) -> WriteContext:
    held = list(records)
    context = WriteContext(root=root, adapter="coco", name="x", images=images)
    assert ADAPTER.write is not None
    ADAPTER.write(Dataset(labels, lambda: iter(held), info), CocoOptions(), context)
    return context


def back(root: Path) -> list[ImageRecord]:
    """What a reader finds, whatever it has to say about images that are not there."""
    assert ADAPTER.read is not None
    source = ADAPTER.read(root, CocoOptions())
    return list(source.scan(ReadContext(root=root, policy=Policy(), sink=lambda problem: None)))


def content(root: Path, name: str = "instances.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "annotations" / name).read_text())
    return found


def losses(context: WriteContext) -> list[str]:
    return [str(loss) for loss in context.losses]


def test_a_file_reads_line_by_line(tmp_path: Path):
    boxes = (box(10, 20.5, 91, 40), box(0, 0, 1, 1, label="ant", crowd=True, area=0.5))
    write([record("night/a.jpg", *boxes, source_id="7")], tmp_path)
    assert (tmp_path / "annotations/instances.json").read_text() == (
        '{"info": {},\n'
        '"licenses": [],\n'
        '"images": [\n'
        '{"id": 7, "file_name": "night/a.jpg", "width": 100, "height": 80}],\n'
        '"annotations": [\n'
        '{"id": 1, "image_id": 7, "bbox": [10, 20.5, 81, 19.5], "area": 1579.5, "iscrowd": 0,'
        ' "segmentation": [], "category_id": 2},\n'
        '{"id": 2, "image_id": 7, "bbox": [0, 0, 1, 1], "area": 0.5, "iscrowd": 1,'
        ' "segmentation": [], "category_id": 1}],\n'
        '"categories": [\n'
        '{"id": 1, "name": "ant"},\n'
        '{"id": 2, "name": "cat"}]}\n'
    )


def test_declared_labels_are_numbered_in_their_order_and_all_written(tmp_path: Path):
    write([record("a.jpg", box(0, 0, 1, 1, label="ant"))], tmp_path, labels=["zebra", "ant", "cat"])
    assert content(tmp_path)["categories"] == [
        {"id": 1, "name": "zebra"},
        {"id": 2, "name": "ant"},
        {"id": 3, "name": "cat"},
    ]
    assert content(tmp_path)["annotations"][0]["category_id"] == 2


def test_nothing_at_all_is_a_file_without_images(tmp_path: Path):
    write([], tmp_path, labels=["cat"])
    assert (content(tmp_path)["images"], read(tmp_path).labels) == ([], ("cat",))


def test_only_the_files_that_were_promised_are_left(tmp_path: Path):
    Image.new("RGB", (100, 80)).save(tmp_path / "here.jpg")
    file = ImageFile(tmp_path / "here.jpg")
    write([record("night/a.jpg", split="train", file=file), record("b.jpg", file=None)], tmp_path / "out")
    found = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert found == ["annotations/instances.json", "annotations/instances_train.json", "images/night/a.jpg"]


def test_everything_that_is_kept_comes_back(tmp_path: Path):
    polygon = ((1.5, 2), (30, 2), (30.25, 60))
    full = box(
        *(1.5, 2, 30.25, 60),
        difficult=True,
        truncated=0.0,
        occluded=0,
        crowd=True,
        group_of=True,
        polygons=(polygon, polygon),
        area=12.5,
        pose="Left",
        score=0.75,
        attributes={"colour": "ré\td\n", "n": 1, "share": 0.5, "flag": False},
    )
    mask = {"segmentation.counts": "0:fi7", "segmentation.size": "80,100"}
    masked = box(0, 0, 1, 10, crowd=True, attributes=mask)
    records = [
        record("d/a.jpg", full, masked, group="v", source_id="é 1", attributes={"license": 3, "id": "x"}),
        record("b.jpg", split="fold2", source_id="5"),
        record("c.jpg", split="train2017"),
    ]
    info = Info(name="Cats", version="2", licence="CC0", source="http://cats")
    context = write(records, tmp_path, info=info)
    assert sniff(tmp_path)
    dataset = read(tmp_path)
    assert sorted(dataset, key=lambda r: r.path) == sorted(records, key=lambda r: r.path)
    assert (dataset.info, losses(context)) == (info, [])
    assert content(tmp_path)["annotations"][1]["segmentation"] == {"size": [80, 100], "counts": "0:fi7"}


def test_no_two_annotations_of_a_file_have_one_id(tmp_path: Path):
    write([record(f"{number}.jpg", box(0, 0, 1, 1), box(2, 2, 3, 3)) for number in range(2)], tmp_path)
    assert [annotation["id"] for annotation in content(tmp_path)["annotations"]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("source_ids", "ids"),
    [
        (["12", "-3"], [12, -3]),
        (["12", "007"], ["12", "007"]),
        (["a", "é"], ["a", "é"]),
        ([None, None], [1, 2]),
    ],
)
def test_source_ids_are_the_image_ids(tmp_path: Path, source_ids: list[str | None], ids: list[int | str]):
    records = [record(f"{n}.jpg", box(0, 0, 1, 1), source_id=id) for n, id in enumerate(source_ids)]
    context = write(records, tmp_path)
    assert [image["id"] for image in content(tmp_path)["images"]] == ids
    assert [annotation["image_id"] for annotation in content(tmp_path)["annotations"]] == ids
    assert (back(tmp_path), losses(context)) == (records, [])


@pytest.mark.parametrize("source_ids", [["5", None], ["5", "5"]])
def test_ids_that_do_not_serve_are_counted_and_the_loss_told(tmp_path: Path, source_ids: list[str | None]):
    records = [record(f"{n}.jpg", source_id=id) for n, id in enumerate(source_ids)]
    context = write(records, tmp_path)
    assert [image["id"] for image in content(tmp_path)["images"]] == [1, 2]
    assert [found.source_id for found in back(tmp_path)] == [None, None]
    count = len([id for id in source_ids if id])
    reason = "some images of a split have none or share one, so ids are counted"
    assert losses(context) == [f"{count} source_id: {reason}"]


def test_a_record_without_a_size_is_refused(tmp_path: Path):
    with pytest.raises(WriteError) as caught:
        write([record(width=None, height=None)], tmp_path)
    assert str(caught.value) == (
        "a.jpg: coco cannot hold it: COCO requires width and height, and nothing tells them\n"
        "  hint: bring the image along, or leave the record out"
    )


@pytest.mark.parametrize("split", ["", "a/b", "a\\b", "..", "\ud800", "é" * 130])
def test_a_split_that_cannot_name_a_file_is_refused(tmp_path: Path, split: str):
    with pytest.raises(WriteError) as caught:
        write([record(split=split)], tmp_path)
    assert caught.value.fact == (
        f"a.jpg: coco cannot hold it: the split {split!r} cannot be part of a file's name"
    )


def test_an_outline_that_encloses_nothing_is_lost_and_told(tmp_path: Path):
    outlines = (((1, 2), (3, 4)), ((1, 2), (3, 4), (3, 2)))
    context = write([record("a.jpg", box(1, 2, 3, 4, polygons=outlines))], tmp_path)
    assert losses(context) == ["1 polygons: an outline of fewer than three vertices encloses nothing"]
    [found] = back(tmp_path)
    assert found.boxes[0].polygons == outlines[1:]


def test_one_image_with_two_records_is_placed_once(tmp_path: Path):
    Image.new("RGB", (100, 80)).save(tmp_path / "here.jpg")
    file, again = ImageFile(tmp_path / "here.jpg"), ImageFile(tmp_path / "here.jpg")
    records = [record(file=file, source_id="1"), record(file=again, source_id="2")]
    write(records, tmp_path / "out", images="link")
    assert os.path.samefile(tmp_path / "out/images/a.jpg", tmp_path / "here.jpg")
    assert list(read(tmp_path / "out")) == records


def test_two_images_of_one_path_are_refused(tmp_path: Path):
    for name in ("x.jpg", "y.jpg"):
        Image.new("RGB", (100, 80)).save(tmp_path / name)
    records = [record(file=ImageFile(tmp_path / name)) for name in ("x.jpg", "y.jpg")]
    with pytest.raises(WriteError, match="another image has this path"):
        write(records, tmp_path / "out")


def test_the_same_records_give_the_same_bytes(tmp_path: Path):
    records = [record(f"{n}.jpg", box(0, 0, n + 1, 1, label=f"l{-n}"), split=f"s{n % 2}") for n in range(9)]
    for root in ("a", "b"):
        write(records, tmp_path / root)
    first, second = tmp_path / "a/annotations", tmp_path / "b/annotations"
    names = [path.name for path in sorted(first.iterdir())]
    assert names == ["instances_s0.json", "instances_s1.json"]
    assert [(first / name).read_bytes() for name in names] == [(second / name).read_bytes() for name in names]


# pycocotools 2.0.11 has not followed NumPy 2 to its end.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_pycocotools_reads_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mask = {"segmentation.counts": "0:fi7", "segmentation.size": "80,100"}
    outline = (((10.0, 10.0), (20.0, 10.0), (20.0, 30.0), (10.0, 30.0)),)
    boxes = (
        box(0, 0, 1, 10, crowd=True, attributes=mask),
        box(10, 10, 20, 30, polygons=outline, label="dog", truncated=0.5, attributes={"n": 1}),
    )
    write([record("a.jpg", *boxes), record("b.jpg")], tmp_path)
    coco = COCO(str(tmp_path / "annotations/instances.json"))
    crowd, plain = coco.loadAnns(coco.getAnnIds())
    assert coco.getImgIds() == [1, 2]
    assert coco.getAnnIds(iscrowd=True) == [crowd["id"]]
    assert int(coco.annToMask(crowd).sum()) == 10
    assert coco.annToMask(plain)[10:30, 10:20].all()
    assert (plain["area"], coco.loadCats(plain["category_id"])[0]["name"]) == (200, "dog")
    capsys.readouterr()


EDGES = st.tuples(*[st.floats(0, 100), st.floats(0, 80)] * 2).map(
    lambda e: (min(e[0], e[2]), min(e[1], e[3]), max(e[0], e[2]), max(e[1], e[3]))
)


@given(edges=EDGES.filter(lambda e: e[0] < e[2] and e[1] < e[3]))
def test_float_edges_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, edges: Boxes):
    root = tmp_path_factory.mktemp("coco")
    written = record("a.jpg", box(*edges))
    write([written], root)
    [found] = back(root)
    assert found == replace(written, source_id=None)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.7), (1e-320, 80.0), (1.1, 2.2)])
def test_the_width_is_one_that_gives_the_edge_again(tmp_path: Path, low: float, high: float):
    write([record("a.jpg", box(low, 0, high, 1))], tmp_path)
    [annotation] = content(tmp_path)["annotations"]
    assert annotation["bbox"][0] + annotation["bbox"][2] == high
    assert "edges" not in annotation


def test_edges_are_written_where_no_width_gives_them(tmp_path: Path):
    low, high = 1.6858796303314891, 10.2283733191867  # every sum is halfway between two floats
    write([record("a.jpg", box(0, low, 1, high))], tmp_path)
    assert content(tmp_path)["annotations"][0]["edges"] == [0.0, low, 1.0, high]
    assert back(tmp_path)[0].boxes[0].edges == (0, low, 1, high)


@pytest.mark.parametrize("edges", [[0.0, 0.0, 2.0, 1.0], [0.0], ["0", 0.0, 1.0, 1.0], 5, [0, 0, 1, 10**400]])
def test_a_box_that_was_edited_wins_over_its_edges(tmp_path: Path, edges: object):
    write([record("a.jpg", box(0, 0, 1, 1))], tmp_path)
    edited = content(tmp_path)
    edited["annotations"][0]["edges"] = edges
    (tmp_path / "annotations/instances.json").write_text(json.dumps(edited))
    assert back(tmp_path)[0].boxes[0].edges == (0, 0, 1, 1)
