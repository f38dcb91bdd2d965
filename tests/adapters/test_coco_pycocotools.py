"""COCO as pycocotools sees it: what is written is indexed, masked and judged there as it was meant."""

import io
from contextlib import redirect_stdout
from typing import Any

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

import boxwright
from boxwright.core.schema import Box, Dataset, ImageRecord

# pycocotools 2.0.11 has not followed NumPy 2 to its end.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

WIDTH, HEIGHT = 100, 80
LABELS = ("dog", "cat", "ant")  # in a stated order; nothing is an ant
# An L and a square beside it: 10 x 30 + 10 x 10 pixels, and 5 x 5.
L_SHAPE = ((10.0, 10.0), (20.0, 10.0), (20.0, 30.0), (30.0, 30.0), (30.0, 40.0), (10.0, 40.0))
SQUARE = ((35.0, 35.0), (40.0, 35.0), (40.0, 40.0), (35.0, 40.0))
OUTLINED = 425
# Column by column from the top: no pixel, ten of the first column, the rest.
FIRST_TEN = {"segmentation.counts": "0:fi7", "segmentation.size": f"{HEIGHT},{WIDTH}"}


def box(label: str, *edges: float, **fields: Any) -> Box:
    x_min, y_min, x_max, y_max = edges
    return Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, **fields)


RECORDS = {
    "a.jpg": (
        box("cat", 10, 10, 40, 40, polygons=(L_SHAPE, SQUARE), area=OUTLINED),
        box("dog", 0.25, 50.5, 60.125, 80),
        box("cat", 0, 0, 1, 10, crowd=True, area=10, attributes=FIRST_TEN),
    ),
    "b.jpg": (),
    "c.jpg": (box("dog", 0, 0, 100, 80), box("dog", 5, 5, 6.5, 7)),
}


@pytest.fixture(scope="module")
def coco(tmp_path_factory: pytest.TempPathFactory) -> COCO:
    """The index that pycocotools makes of our file."""
    root = tmp_path_factory.mktemp("coco") / "out"
    records = [
        ImageRecord(path=path, width=WIDTH, height=HEIGHT, boxes=boxes) for path, boxes in RECORDS.items()
    ]
    boxwright.write(Dataset(LABELS, lambda: iter(records)), root, format="coco", images="none")
    with redirect_stdout(io.StringIO()):  # it tells how long it took
        return COCO(str(root / "annotations/instances.json"))


def test_every_image_and_label_and_box_is_in_the_index(coco: COCO):
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [category["name"] for category in coco.loadCats(coco.getCatIds())] == list(LABELS)
    assert len(coco.anns) == 5
    assert [len(coco.imgToAnns[id]) for id in coco.getImgIds()] == [3, 0, 2]


def test_boxes_are_found_by_image_label_area_and_crowd(coco: COCO):
    [dog], [cat], [ant] = ([*coco.getCatIds(catNms=[label])] for label in LABELS)
    first, _, last = coco.getImgIds()
    counts = {
        "of the first image": len(coco.getAnnIds(imgIds=[first])),
        "of cats": len(coco.getAnnIds(catIds=[cat])),
        "of ants": len(coco.getAnnIds(catIds=[ant])),
        "of dogs in the last image": len(coco.getAnnIds(imgIds=[last], catIds=[dog])),
        "of crowds": len(coco.getAnnIds(iscrowd=True)),
        "small": len(coco.getAnnIds(areaRng=[0, 100])),
    }
    assert counts == {
        "of the first image": 3,
        "of cats": 2,
        "of ants": 0,
        "of dogs in the last image": 2,
        "of crowds": 1,
        "small": 2,
    }


def test_an_outline_of_several_parts_is_one_mask(coco: COCO):
    [outlined] = (each for each in coco.anns.values() if each["area"] == OUTLINED)
    mask = coco.annToMask(outlined)
    assert (mask.shape, int(mask.sum())) == ((HEIGHT, WIDTH), OUTLINED)
    assert mask[10:40, 10:20].all() and mask[30:40, 20:30].all() and mask[35:40, 35:40].all()


def test_a_crowds_mask_comes_back_run_by_run(coco: COCO):
    [crowd] = coco.loadAnns(coco.getAnnIds(iscrowd=True))
    mask = coco.annToMask(crowd)
    assert (int(mask.sum()), int(mask[:10, 0].sum())) == (10, 10)
    assert coco.annToRLE(crowd)["size"] == [HEIGHT, WIDTH]


@pytest.mark.parametrize("kind", ["bbox", "segm"])
def test_what_is_true_is_found_entirely_when_it_is_taken_for_detections(coco: COCO, kind: str):
    held = [
        each
        for each in coco.anns.values()
        if not each["iscrowd"] and (kind == "bbox" or each["segmentation"])
    ]
    detections = [
        {key: each[key] for key in ("image_id", "category_id", "bbox")}
        | {"score": 1.0}
        | ({"segmentation": coco.annToRLE(each)} if kind == "segm" else {})
        for each in held
    ]
    with redirect_stdout(io.StringIO()):
        judge = COCOeval(coco, coco.loadRes(detections), kind)
        judge.params.catIds = sorted({each["category_id"] for each in held})
        judge.params.imgIds = sorted({each["image_id"] for each in held})
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    found = dict(zip(("mean", "at half", "at three quarters"), judge.stats[:3], strict=True))
    assert found == pytest.approx({"mean": 1, "at half": 1, "at three quarters": 1})
