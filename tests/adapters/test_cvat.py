"""CVAT for images: shapes, subsets, attributes, what is refused, and writing it back."""

from pathlib import Path

import pytest
from PIL import Image

import boxwright
from boxwright.adapters.cvat import sniff
from boxwright.core.errors import AnnotationError
from boxwright.core.schema import Box, Dataset, ImageRecord

LABELS = "<labels><label><name>cat</name></label></labels>"
META = f"<version>1.1</version><meta><task><name>t</name>{LABELS}</task></meta>"
SKELETON = '<skeleton label="cat"><points label="x" points="1,2"/><points label="y" points="9,8"/></skeleton>'
BOX = '<box label="cat" occluded="1" xtl="1.5" ytl="2" xbr="30" ybr="40" z_order="0" source="manual"/>'


def image(*shapes: str, name: str = "a.jpg", more: str = "") -> str:
    return f'<image id="0" name="{name}" width="64" height="48" {more}>{"".join(shapes)}</image>'


class Cvat:
    """annotations.xml, with images in `images`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[str] = []

    def xml(
        self, *elements: str, name: str = "annotations.xml", images: tuple[str, ...] = ("a.jpg",)
    ) -> None:
        self.root.mkdir(exist_ok=True)
        text = f"<?xml version='1.0' encoding='utf-8'?>\n<annotations>{META}{''.join(elements)}</annotations>"
        (self.root / name).write_text(text)
        for each in images:
            path = self.root / "images" / each
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (64, 48)).save(path)

    def read(self, path: Path | None = None, **options) -> list[ImageRecord]:
        dataset = boxwright.read(path or self.root, "cvat", **options)
        found = list(dataset)
        self.problems = [str(problem) for problem in dataset.problems]
        return found

    def boxes(self, *shapes: str, **options) -> list[Box]:
        self.xml(image(*shapes))
        [record] = self.read(**options)
        return list(record.boxes)


@pytest.fixture
def cvat(tmp_path: Path) -> Cvat:
    return Cvat(tmp_path / "set")


def test_a_box_has_edges_and_an_occlusion(cvat: Cvat):
    assert cvat.boxes(BOX) == [Box(label="cat", x_min=1.5, y_min=2, x_max=30, y_max=40, occluded=1)]
    assert (cvat.problems, boxwright.read(cvat.root).labels) == ([], ("cat",))


def test_an_outline_is_kept_and_its_extent_is_the_box(cvat: Cvat):
    [box] = cvat.boxes('<polygon label="cat" occluded="0" points="1,2;9,2;5,8.5"></polygon>')
    assert (box.edges, box.polygons, box.occluded) == ((1, 2, 9, 8.5), (((1, 2), (9, 2), (5, 8.5)),), 0)


def test_a_rotated_box_is_known_by_its_extent_and_its_corners(cvat: Cvat):
    turned = BOX.replace("/>", ' rotation="90.00"/>').replace('"1.5"', '"2"')
    [box] = cvat.boxes(turned)
    assert box.edges == pytest.approx((0, 7, 35, 35), abs=4)
    assert len(box.polygons[0]) == 4
    assert "derived_box: no box, but a rotated one" in cvat.problems[0]


@pytest.mark.parametrize(
    "shape, edges, kept",
    [
        ('<ellipse label="cat" cx="20" cy="20" rx="10" ry="5"/>', (10, 15, 30, 25), True),
        ('<mask label="cat" rle="1, 2" left="3" top="4" width="5" height="6"/>', (3, 4, 8, 10), True),
        ('<cuboid label="cat" xtl1="1" ytl1="2" xbr2="9" ybr2="8"/>', (1, 2, 9, 8), True),
        ('<polyline label="cat" points="1,2;9,8"/>', (1, 2, 9, 8), False),
        ('<points label="cat" points="1,2;9,8"/>', (1, 2, 9, 8), False),
        (
            SKELETON,
            (1, 2, 9, 8),
            False,
        ),
    ],
)
def test_other_shapes_are_known_by_their_extent_or_dropped(cvat: Cvat, shape, edges, kept):
    assert [box.edges for box in cvat.boxes(shape)] == ([edges] if kept else [])
    assert [problem.split(": ")[2] for problem in cvat.problems] == ["derived_box"]
    assert [box.edges for box in cvat.boxes(shape, on={"derived_box": "repair"})] == [edges]


def test_attributes_keep_their_type_and_what_cvat_notes_counts_where_it_says_something(cvat: Cvat):
    inside = '<attribute name="age">3</attribute><attribute name="wet">true</attribute>'
    shape = BOX.replace('z_order="0"', 'z_order="2" group_id="5"').replace("manual", "auto")
    [box] = cvat.boxes(shape.replace("/>", f">{inside}</box>"))
    assert box.attributes == {"age": 3, "wet": True, "z_order": 2, "group_id": 5, "source": "auto"}


def test_subsets_are_splits_and_a_tag_is_an_attribute_of_its_image(cvat: Cvat):
    cvat.xml(
        image(BOX, more='subset="train"'),
        image('<tag label="good" source="manual"></tag>', name="b.jpg", more='subset="val"'),
        images=("train/a.jpg", "val/b.jpg"),
    )
    found = [
        (record.path, record.split, len(record.boxes), dict(record.attributes)) for record in cvat.read()
    ]
    assert found == [("train/a.jpg", "train", 1, {}), ("val/b.jpg", "val", 0, {"good": True})]
    assert cvat.problems == []


def test_files_are_splits_and_images_may_lie_in_images(cvat: Cvat):
    cvat.xml(image(BOX), name="train.xml")
    cvat.xml(image(name="b.jpg"), name="val.xml", images=("b.jpg",))
    assert [(record.path, record.split) for record in cvat.read()] == [("a.jpg", "train"), ("b.jpg", "val")]


@pytest.mark.parametrize(
    "elements, message",
    [
        ('<image id="0"/>', "image[0]/@name: is missing"),
        (image('<box xtl="1"/>'), "image[0]/box[0]/@label: is missing"),
        (image('<box label="cat" xtl="1"/>'), "image[0]/box[0]/@ytl: is missing"),
        (image(BOX.replace('"1.5"', '"x"')), "image[0]/box[0]: xtl: 'x' is not a finite number"),
        (
            image('<polygon label="cat" points="1,2;3"/>'),
            "image[0]/polygon[0]/@points[1]: expected x,y; found '3'",
        ),
        (image('<blob label="cat"/>'), "image[0]/blob[0]: is no shape of CVAT 1.1: it has no points"),
    ],
)
def test_what_cannot_be_understood_is_an_error_that_names_its_place(cvat: Cvat, elements, message):
    cvat.xml(elements)
    with pytest.raises(AnnotationError) as caught:
        cvat.read()
    assert str(caught.value) == f"annotations.xml: {message}"


def test_an_unsafe_path_is_never_opened(cvat: Cvat):
    cvat.xml(image(name="../x.jpg"))
    [record] = cvat.read()
    assert (record.path, record.file) == ("x.jpg", None)
    assert [problem.split(": ")[2] for problem in cvat.problems] == ["unsafe_path", "missing_image"]


def test_cvat_for_video_is_refused_with_a_way_out(cvat: Cvat):
    cvat.xml('\n<track id="0" label="cat"><box frame="0" xtl="1" ytl="2" xbr="3" ybr="4"/></track>')
    with pytest.raises(AnnotationError) as caught:
        cvat.read()
    assert str(caught.value) == (
        "annotations.xml:3: a track: this is CVAT for video, which names no images\n"
        "  hint: export the task as 'CVAT for images 1.1', which names the frames"
    )


def test_an_invalid_flag_is_reported_and_unknown(cvat: Cvat):
    [box] = cvat.boxes(BOX.replace('occluded="1"', 'occluded="yes"'))
    assert box.occluded is None
    assert cvat.problems == [
        "annotations.xml: image[0]/box[0]/@occluded: invalid_attribute: 'yes' is no whole number from 0 to 1 "
        "(value repaired or taken as unknown)"
    ]


def test_what_is_written_is_read_back_and_the_rest_is_told(tmp_path: Path):
    outline = ((1.5, 2), (9, 2), (5, 8))
    texts = {"a": "7", "b": " x\ty\nz ", 'c"<&': True, "z_order": 3, "source": "manual"}
    boxes = (
        Box(label="é", x_min=1, y_min=2, x_max=9, y_max=8, attributes=texts),
        Box(label='"<', x_min=1.5, y_min=2, x_max=9, y_max=8, polygons=(outline,), occluded=0),
        Box(label="é", x_min=0, y_min=2, x_max=9, y_max=8, occluded=3, polygons=(outline,)),
    )
    record = ImageRecord(path="x/a b.jpg", width=64, height=48, boxes=boxes, split="val", attributes={"n": 1})
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="cvat")
    [back] = boxwright.read(tmp_path / "out")
    assert back.boxes[:2] == boxes[:2]
    assert (back.path, back.split, back.boxes[2].occluded) == ("x/a b.jpg", "val", 1)
    assert [str(loss) for loss in report.losses] == [
        "1 attributes: CVAT's images have none, only their shapes",
        "1 occluded: a level becomes a flag",
        "1 polygons: CVAT has a box or one outline, and the box is not its extent",
    ]


def test_sniffing_looks_at_the_beginning_only(cvat: Cvat):
    cvat.xml(image(BOX))
    assert sniff(cvat.root) and sniff(cvat.root / "annotations.xml")
    (cvat.root / "annotations.xml").write_text("<annotation><object/></annotation>")
    assert not sniff(cvat.root)


def test_one_name_in_two_files_is_two_images(cvat: Cvat):
    # The names come behind the first ones, which tell the folder.
    for split in ("train", "val"):
        own = [f"{split}{number}.jpg" for number in range(20)]
        found = [image(BOX, name=name) for name in (*own, "a.jpg")]
        cvat.xml(*found, name=f"{split}.xml", images=(f"{split}/a.jpg", *(f"{split}/{name}" for name in own)))
    records = cvat.read()
    assert [(record.path, record.split) for record in records[20::21]] == [
        ("train/a.jpg", "train"),
        ("val/a.jpg", "val"),
    ]
    assert (len(records), cvat.problems) == (42, [])


def test_an_outline_that_is_off_by_float_noise_is_kept_and_the_noise_told(tmp_path: Path):
    outline = ((1, 2), (9, 2), (9, 8))
    box = Box(label="a", x_min=1, y_min=2, x_max=9 + 1e-9, y_max=8, polygons=(outline,))
    record = ImageRecord(path="a.jpg", width=64, height=48, boxes=(box,))
    report = boxwright.write(Dataset(None, lambda: iter([record])), tmp_path / "out", format="cvat")
    [back] = boxwright.read(tmp_path / "out", on={"missing_image": "keep"})
    assert [(box.edges, box.polygons) for box in back.boxes] == [((1, 2, 9, 8), (outline,))]
    assert [str(loss) for loss in report.losses] == ["1 edges: the outline is not quite as wide: float noise"]
