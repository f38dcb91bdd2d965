"""COCO: what annotations, images and categories become, and what is wrong with them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image
from pycocotools import mask as masks

from boxwright.core.errors import AnnotationError
from boxwright.core.problems import Problem
from boxwright.core.read import read
from boxwright.core.schema import Box, ImageRecord

WIDTH, HEIGHT = 100, 80
IMAGE = {"id": 7, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT}
CATEGORY = {"id": 1, "name": "cat"}
TRIANGLE = [10, 20, 30.5, 20, 30, 60]


class Coco:
    """A COCO file on disk beside one image, a.jpg of 100 x 80."""

    def __init__(self, root: Path) -> None:
        self.file = root / "data.json"
        self.problems: list[Problem] = []
        Image.new("RGB", (WIDTH, HEIGHT)).save(root / "a.jpg")

    def read(self, *annotations: object, **options: Any) -> list[ImageRecord]:
        """The records of a file with these annotations, whose ids are filled in."""
        full = [
            {"id": id, "image_id": 7, "category_id": 1, **annotation}
            if isinstance(annotation, dict)
            else annotation
            for id, annotation in enumerate(annotations)
        ]
        return self.document(images=[IMAGE], annotations=full, categories=[CATEGORY], **options)

    def document(self, images: Any, annotations: Any, categories: Any, **options: Any) -> list[ImageRecord]:
        content = {"images": images, "annotations": annotations, "categories": categories}
        self.file.write_text(json.dumps(content))
        return self.again(**options)

    def again(self, **options: Any) -> list[ImageRecord]:
        dataset = read(self.file, "coco", **options)
        records = list(dataset)
        self.problems = dataset.problems
        return records

    def box(self, **annotation: object) -> Box:
        """The one box of the one record that an annotation becomes."""
        [record] = self.read(annotation)
        [box] = record.boxes
        return box


@pytest.fixture
def coco(tmp_path: Path) -> Coco:
    return Coco(tmp_path)


def told(coco: Coco) -> list[str]:
    return [str(problem) for problem in coco.problems]


# Boxes


def test_x_y_width_height_become_edges(coco: Coco):
    assert coco.box(bbox=[10, 20.5, 30, 40.25]).edges == (10, 20.5, 40, 60.75)
    assert coco.problems == []


def test_numbers_as_text_are_numbers(coco: Coco):
    assert coco.box(bbox=["10", "9", "30.5", "1e1"]).edges == (10, 9, 40.5, 19)


def test_float_noise_beyond_the_border_is_no_problem(coco: Coco):
    assert coco.box(bbox=[99.9, -1e-9, 0.1000000001, 80.0005]).edges == (99.9, 0, 100, 80)
    assert coco.problems == []


def test_an_edge_near_the_border_but_inside_stays(coco: Coco):
    assert coco.box(bbox=[0.0005, 0, 99.999, 79.9999]).edges == (0.0005, 0, 99.9995, 79.9999)


@pytest.mark.parametrize(
    ("bbox", "problem"),
    [
        (
            [90, 10, 20, 10],
            "data.json: annotations[0].bbox: box_outside_image: [90, 10, 110, 20] in an image of 100 x 80"
            " (clipped)",
        ),
        (
            [10, 10, -5, 10],
            "data.json: annotations[0].bbox: box_inverted: [10, 10, 5, 20] has a minimum above its maximum"
            " (box dropped)",
        ),
        (
            [10, 10, 0, 10],
            "data.json: annotations[0].bbox: box_empty: [10, 10, 10, 20] has no area (box dropped)",
        ),
    ],
)
def test_a_box_that_cannot_be_is_reported(coco: Coco, bbox: list[float], problem: str):
    coco.read({"bbox": bbox})
    assert told(coco) == [problem]


def test_a_box_that_stands_twice_is_kept_and_reported(coco: Coco):
    [record] = coco.read({"bbox": [1, 2, 3, 4]}, {"bbox": [1, 2, 3, 4]})
    assert len(record.boxes) == 2
    assert [problem.code for problem in coco.problems] == ["duplicate_box"]


@pytest.mark.parametrize(
    ("annotation", "place", "fact"),
    [
        ({}, "bbox", "is missing, and no segmentation tells it"),
        ({"bbox": None}, "bbox", "is missing, and no segmentation tells it"),
        ({"bbox": [1, 2, 3]}, "bbox", "expected [x, y, width, height]; found [1, 2, 3]"),
        ({"bbox": {"x": 1}}, "bbox", "expected [x, y, width, height]; found {'x': 1}"),
        ({"bbox": "1 2 3 4"}, "bbox", "expected [x, y, width, height]; found '1 2 3 4'"),
        ({"bbox": [1, 2, float("nan"), 4]}, "bbox", "width: nan is not a finite number"),
        ({"bbox": [1, 2, 3, "1e999"]}, "bbox", "height: '1e999' is not a finite number"),
        ({"bbox": [1, None, 3, 4]}, "bbox", "y: None is not a finite number"),
        ({"bbox": [True, 2, 3, 4]}, "bbox", "x: True is not a finite number"),
        ({"bbox": [[1], 2, 3, 4]}, "bbox", "x: [1] is not a finite number"),
        ({"bbox": [1, 2, 3, 4], "category_id": 2}, "category_id", "no category has the id 2"),
        ({"bbox": [1, 2, 3, 4], "category_id": "1"}, "category_id", "no category has the id '1'"),
        ({"bbox": [1, 2, 3, 4], "category_id": [1]}, "category_id", "no category has the id [1]"),
        ({"bbox": [1, 2, 3, 4], "category_id": True}, "category_id", "no category has the id True"),
        ({"bbox": [1, 2, 3, 4], "category_id": None}, "category_id", "is missing"),
        (
            {"bbox": [1, 2, 3, 4], "image_id": "7"},
            "image_id",
            "'7' is text; the ids before it are integers",
        ),
        ({"bbox": [1, 2, 3, 4], "image_id": {}}, "image_id", "expected an integer or text; found {}"),
        ({"bbox": [1, 2, 3, 4], "image_id": None}, "image_id", "is missing"),
        ({"bbox": [1, 2, 3, 4], "id": [1]}, "id", "expected an integer or text; found [1]"),
        (
            {"bbox": [1, 2, 3, 4], "segmentation": 5},
            "segmentation",
            "expected polygons, or a mask with size and counts; found 5",
        ),
        (
            {"bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3]]},
            "segmentation[0]",
            "expected x, y, x, y, …; found [1, 2, 3]",
        ),
        (
            {"bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3, 4, 5, None]]},
            "segmentation[0]",
            "vertex: None is not a finite number",
        ),
        (
            {"bbox": [1, 2, 3, 4], "segmentation": [TRIANGLE, "x"]},
            "segmentation[1]",
            "expected x, y, x, y, …; found 'x'",
        ),
        (
            {"segmentation": {"size": [1, 1], "counts": [1]}},
            "segmentation",
            "a mask of 1 x 1 in an image of 100 x 80",
        ),
    ],
)
def test_an_annotation_that_cannot_be_understood_is_named(
    coco: Coco, annotation: dict[str, object], place: str, fact: str
):
    with pytest.raises(AnnotationError) as caught:
        coco.read({"bbox": [1, 2, 3, 4]}, annotation)
    assert str(caught.value) == f"data.json: annotations[1].{place}: {fact}"


def test_a_number_too_large_to_add_is_clipped_not_a_crash(coco: Coco):
    [record] = coco.read({"bbox": [50, 1, 1.7e308, 10**300]})
    assert record.boxes[0].edges == (50, 1, 100, 80)


def test_a_label_outside_the_closed_list_is_an_error(coco: Coco):
    with pytest.raises(AnnotationError) as caught:
        coco.read({"bbox": [1, 2, 3, 4]}, labels=["cats"])
    assert str(caught.value) == (
        "data.json: annotations[0].bbox: label 'cat' is not in the list cats; did you mean 'cats'?"
    )


# Optional fields


@pytest.mark.parametrize(
    ("value", "crowd"), [(0, False), (1, True), (False, False), (True, True), ("0", False)]
)
def test_iscrowd_may_be_a_number_or_a_boolean(coco: Coco, value: object, crowd: bool):
    assert coco.box(bbox=[1, 2, 3, 4], iscrowd=value).crowd is crowd
    assert coco.problems == []


@pytest.mark.parametrize(
    ("value", "area"), [(5.5, 5.5), (0, 0), (12, None), (12.0000000001, None), ("5.5", 5.5), (None, None)]
)
def test_an_area_that_is_not_the_boxes_own_is_kept(coco: Coco, value: object, area: float | None):
    assert coco.box(bbox=[1, 2, 3, 4], area=value).area == area


def test_fields_that_coco_has_no_key_for_are_read_back(coco: Coco):
    box = coco.box(
        bbox=[1, 2, 3, 4], difficult=1, truncated=0.25, occluded=0, group_of=True, pose="Left", score=0.5
    )
    assert (box.difficult, box.truncated, box.occluded, box.group_of, box.pose, box.score) == (
        *(True, 0.25, 0, True, "Left", 0.5),
    )
    assert box.attributes == {}


def test_attributes_and_unknown_keys_are_kept(coco: Coco):
    box = coco.box(
        bbox=[1, 2, 3, 4], attributes={"occluded": True, "n": 1}, colour="red", nothing=None, empty=[]
    )
    assert box.attributes == {"occluded": True, "n": 1, "colour": "red"}
    assert coco.problems == []


@pytest.mark.parametrize(
    ("annotation", "problem"),
    [
        (
            {"iscrowd": 2},
            "annotations[0].iscrowd: invalid_attribute:"
            " 2: input should be a valid boolean, unable to interpret input",
        ),
        (
            {"area": -1},
            "annotations[0].area: invalid_attribute: -1: input should be greater than or equal to 0",
        ),
        (
            {"area": float("nan")},
            "annotations[0].area: invalid_attribute: nan: input should be a finite number",
        ),
        ({"area": {}}, "annotations[0].area: invalid_attribute: {}: input should be a valid number"),
        (
            {"truncated": 7},
            "annotations[0].truncated: invalid_attribute: 7: input should be less than or equal to 1",
        ),
        (
            {"occluded": 4},
            "annotations[0].occluded: invalid_attribute: 4: input should be less than or equal to 3",
        ),
        ({"score": []}, "annotations[0].score: invalid_attribute: []: input should be a valid number"),
        (
            {"keypoints": [1, 2]},
            "annotations[0].keypoints: invalid_attribute:"
            " [1, 2] is no finite number, text or flag (told once for each key)",
        ),
        (
            {"attributes": {"x": float("inf")}},
            "annotations[0].attributes.x: invalid_attribute:"
            " inf is no finite number, text or flag (told once for each key)",
        ),
        (
            {"segmentation": {"size": [HEIGHT, WIDTH], "counts": [5]}},
            "annotations[0].segmentation: invalid_attribute: counts: 5 pixels in a mask of 100 x 80",
        ),
    ],
)
def test_an_optional_value_that_cannot_be_becomes_unknown(
    coco: Coco, annotation: dict[str, object], problem: str
):
    assert coco.box(bbox=[1, 2, 3, 4], **annotation) == Box(label="cat", x_min=1, y_min=2, x_max=4, y_max=6)
    [found] = coco.problems
    assert (f"{found.where}: {found.code}: {found.message}", found.action) == (problem, "repair")


# Polygons


def test_all_polygons_of_an_object_are_kept(coco: Coco):
    box = coco.box(bbox=[1, 2, 3, 4], segmentation=[TRIANGLE, [], [1, 2, 3, 4, 5, 6]])
    assert box.polygons == (((10, 20), (30.5, 20), (30, 60)), ((1, 2), (3, 4), (5, 6)))
    assert box.edges == (1, 2, 4, 6)


def test_a_single_flat_list_is_one_polygon(coco: Coco):
    assert coco.box(bbox=[1, 2, 3, 4], segmentation=TRIANGLE).polygons == (((10, 20), (30.5, 20), (30, 60)),)


def test_without_a_box_it_is_the_extent_of_the_polygons(coco: Coco):
    assert coco.box(segmentation=[TRIANGLE]).edges == (10, 20, 30.5, 60)
    assert told(coco) == [
        "data.json: annotations[0].bbox: derived_box:"
        " no bbox; [10, 20, 30.5, 60] is the extent of the segmentation (box is its extent)"
    ]


def test_a_polygon_of_two_vertices_beside_a_box_is_dropped_alone(coco: Coco):
    box = coco.box(bbox=[1, 2, 3, 4], segmentation=[[1, 2, 3, 4], TRIANGLE])
    assert (box.edges, len(box.polygons)) == ((1, 2, 4, 6), 1)
    assert told(coco) == [
        "data.json: annotations[0].segmentation[0]: degenerate_polygon: 2 vertices (polygon dropped)"
    ]


def test_the_policy_may_drop_its_object(coco: Coco):
    [record] = coco.read(
        {"bbox": [1, 2, 3, 4], "segmentation": [[1, 2, 3, 4]]}, on={"degenerate_polygon": "skip"}
    )
    assert record.boxes == ()


def test_a_polygon_of_two_vertices_without_a_box_drops_the_object(coco: Coco):
    [record] = coco.read({"segmentation": [TRIANGLE, [1, 2, 3, 4]]})
    assert record.boxes == ()
    assert told(coco) == [
        "data.json: annotations[0].segmentation[1]: degenerate_polygon: 2 vertices (object dropped)"
    ]


def test_vertices_that_are_not_finite_are_dropped(coco: Coco):
    box = coco.box(bbox=[1, 2, 3, 4], segmentation=[[*TRIANGLE, float("nan"), 5]])
    assert box.polygons == (((10, 20), (30.5, 20), (30, 60)),)
    assert told(coco) == [
        "data.json: annotations[0].segmentation[0]: invalid_vertex:"
        " 1 of 4 vertices are not finite (vertices dropped)"
    ]


# Masks


def test_a_crowds_mask_is_kept_as_attributes(coco: Coco):
    box = coco.box(bbox=[0, 0, 1, 10], iscrowd=1, segmentation={"size": [80, 100], "counts": [0, 10, 7990]})
    assert box.attributes == {"segmentation.counts": "0:fi7", "segmentation.size": "80,100"}
    assert box.edges == (0, 0, 1, 10)


@given(pixels=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 1)))
def test_the_box_of_a_mask_is_the_extent_of_its_pixels(tmp_path_factory: pytest.TempPathFactory, pixels: Any):
    folder = tmp_path_factory.mktemp("mask")
    height, width = pixels.shape
    image = {"id": 1, "file_name": "none.jpg", "width": width, "height": height}
    counts = masks.encode(np.asfortranarray(pixels))["counts"].decode()
    annotation = {
        "image_id": 1,
        "category_id": 1,
        "segmentation": {"size": [height, width], "counts": counts},
    }
    content = {"images": [image], "annotations": [annotation], "categories": [CATEGORY]}
    (folder / "x.json").write_text(json.dumps(content))
    if not pixels.any():
        with pytest.raises(AnnotationError, match="marks no object"):
            list(read(folder, "coco"))
        return
    [record] = read(folder, "coco")
    ys, xs = np.nonzero(pixels)
    assert record.boxes[0].edges == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)


@pytest.mark.parametrize(
    ("segmentation", "fact"),
    [
        (
            {"size": [10**9, 10**9], "counts": [1]},
            "a mask of 1000000000 x 1000000000 in an image of 100 x 80",
        ),
        ({"size": [0, 0], "counts": []}, "size: expected [height, width]; found [0, 0]"),
        ({"size": [80, 100], "counts": [-1, 8001]}, "counts: expected numbers of pixels; found [-1, 8001]"),
        (
            {"size": [80, 100], "counts": [True, 7999]},
            "counts: expected numbers of pixels; found [True, 7999]",
        ),
        ({"size": [80, 100], "counts": [10**30]}, "counts: 1000000000000000000000000000000 pixels in a mask"),
        ({"size": [80, 100], "counts": None}, "counts: expected numbers of pixels; found None"),
        ({"size": [80, 100], "counts": "é"}, "counts: 'é' is no compressed mask"),
        ({"size": [80, 100], "counts": "oooooooooooo"}, "counts: 'oooooooooooo' is no compressed mask"),
        ({"size": [80, 100], "counts": "P"}, "counts: 'P' is no compressed mask"),
        ({"size": [80, 100], "counts": "O"}, "counts: 'O' marks no object in 100 x 80 pixels"),
        ({"size": [80, 100], "counts": "1"}, "counts: '1' marks no object in 100 x 80 pixels"),
        ({"size": [80, 100], "counts": "0ooofi0"}, "counts: '0ooofi0' marks no object in 100 x 80 pixels"),
    ],
)
def test_a_hostile_mask_reaches_no_c_code(coco: Coco, segmentation: dict[str, object], fact: str):
    assert coco.box(bbox=[1, 2, 3, 4], segmentation=segmentation).attributes == {}
    [problem] = coco.problems
    assert problem.code == "invalid_attribute"
    assert problem.message.startswith(fact)
