"""A pass over a source: images found and claimed, frames opened, each problem told and treated as wanted."""

import warnings
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from boxwright.core.errors import AnnotationError
from boxwright.core.frame import Frame, Size
from boxwright.core.images.image_file import ImageFile
from boxwright.core.layout.image_folder import ImageFolder
from boxwright.core.problems import Action, Policy, Problem
from boxwright.core.read_context import ReadContext

ORIENTATION = 0x0112


class Pass:
    """A ReadContext on a temporary data set, and what it reported."""

    def __init__(self, root: Path) -> None:
        self.root, self.problems = root, list[Problem]()

    def context(self, decode: bool = False, strict: bool = False, **actions: Action) -> ReadContext:
        policy = Policy(strict=strict, actions=actions)
        return ReadContext(root=self.root, policy=policy, sink=self.problems.append, decode=decode)

    def image(self, name: str, size: Size = (40, 30), kind: str = "PNG", orientation: int = 1) -> ImageFile:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        Image.new("RGB", size).save(self.root / name, kind, exif=exif)
        return ImageFile(self.root / name)

    def told(self) -> list[tuple[str, str, str, str, str]]:
        return [(found.code, found.path, found.where, found.message, found.action) for found in self.problems]


@pytest.fixture
def one(tmp_path: Path) -> Pass:
    return Pass(tmp_path)


def opened(one: Pass, image: ImageFile | None, declared: Size | None, **said: object) -> Frame | None:
    return one.context(**said).frame(
        image, path=one.root / "a.xml", declared=declared, where="size", missing="no image 'a'"
    )


def grid(frame: Frame | None) -> tuple[int | None, int | None, int] | None:
    return frame and (frame.width, frame.height, frame.orientation)


# Frames.


@pytest.mark.parametrize("declared", [(40, 30), None])
def test_a_sound_image_gives_its_own_grid_and_no_problem(one: Pass, declared: Size | None):
    assert grid(opened(one, one.image("a.png"), declared)) == (40, 30, 1)
    assert one.problems == []


SIZE = ("size_mismatch", "a.xml", "size")


@pytest.mark.parametrize("declared", [(30, 40), (0, 0), (41, 30)])
@pytest.mark.parametrize("action, there", [("repair", (40, 30, 1)), ("skip", None)])
def test_a_wrong_size_is_told_and_the_header_wins(one: Pass, declared: Size, action: Action, there: object):
    assert grid(opened(one, one.image("a.png"), declared, size_mismatch=action)) == there
    message = f"{declared[0]} x {declared[1]} declared, the image is 40 x 30"
    assert one.told() == [(*SIZE, message, action)]


@pytest.mark.parametrize(
    "declared, size", [((40, 30), (40, 30)), (None, (None, None)), ((0, 30), (None, None))]
)
def test_without_the_image_the_declared_size_counts_if_it_can_be_one(one: Pass, declared: Size, size: object):
    frame = opened(one, None, declared)
    assert frame is not None and (frame.width, frame.height) == size
    assert one.told() == [("missing_image", "a.xml", "", "no image 'a'", "keep")]


def test_without_the_image_a_record_is_skipped_where_that_is_wanted(one: Pass):
    assert opened(one, None, (40, 30), missing_image="skip") is None
    assert [found.action for found in one.problems] == ["skip"]


DAMAGE = {
    "empty": (b"", "is empty (0 bytes)"),
    "text": (b"<html>", "is no image: starts with b'<htm'"),
    "cut": (None, "PNG without an end marker (IEND): truncated?"),
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("action, size", [("keep", (50, 60, 1)), ("skip", None)])
def test_a_damaged_image_is_told_and_the_declared_size_counts(
    one: Pass, kind: str, action: Action, size: object
):
    data, message = DAMAGE[kind]
    image = one.image("a.png")
    image.path.write_bytes(image.read()[:-12] if data is None else data)
    assert grid(opened(one, image, (50, 60), corrupt_image=action)) == size
    assert one.told() == [("corrupt_image", "a.png", "", message, action)]


def test_an_image_that_cannot_be_opened_is_told_without_its_full_path(one: Pass):
    assert grid(opened(one, ImageFile(one.root / "gone.png"), None)) == (None, None, 1)
    assert one.told() == [("corrupt_image", "gone.png", "", "No such file or directory", "keep")]


def damaged_inside(one: Pass) -> ImageFile:
    """A PNG whose ends are sound and whose pixels are not."""
    image = one.image("a.png")
    data = image.read()
    start = data.index(b"IDAT") + 4
    image.path.write_bytes(data[:start] + b"\xff" * 8 + data[start + 8 :])
    return image


def test_damage_between_the_ends_is_found_by_decoding_alone(one: Pass):
    image = damaged_inside(one)
    assert grid(opened(one, image, None)) == (40, 30, 1) and one.problems == []
    opened(one, image, None, decode=True)
    [found] = one.problems
    assert (found.code, found.path, found.action) == ("corrupt_image", "a.png", "keep")
    assert found.message.startswith("cannot be decoded: ")


def test_a_sound_image_is_decoded_without_a_problem(one: Pass):
    assert grid(opened(one, one.image("a.png"), (40, 30), decode=True)) == (40, 30, 1)
    assert one.problems == []


def test_a_warning_of_the_decoder_is_no_damage(one: Pass, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)  # Pillow warns from here, and refuses twice as many
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        opened(one, one.image("a.png"), None, decode=True)
    assert one.problems == [] and caught == []


def test_a_wrong_extension_is_told_and_the_bytes_decide(one: Pass):
    assert grid(opened(one, one.image("a.JPG", kind="PNG"), None)) == (40, 30, 1)
    assert one.told() == [("image_format_mismatch", "a.JPG", "", "is PNG, named .JPG", "repair")]


def test_an_extension_that_claims_no_format_cannot_be_wrong(one: Pass):
    assert opened(one, one.image("a.dat", kind="PNG"), None)
    assert opened(one, one.image("a.jpeg", kind="JPEG"), None)
    assert one.problems == []


def test_a_part_of_a_file_has_no_extension(one: Pass):
    buffer = BytesIO()
    Image.new("RGB", (40, 30)).save(buffer, "PNG")
    (one.root / "a.tfrecord.jpg").write_bytes(b"header" + buffer.getvalue() + b"footer")
    image = ImageFile(one.root / "a.tfrecord.jpg", 6, len(buffer.getvalue()))
    assert grid(opened(one, image, None, decode=True)) == (40, 30, 1)
    assert one.problems == []


# EXIF orientation.


@pytest.mark.parametrize(
    "orientation, declared, mapped",
    [
        (3, (40, 30), False),
        (6, (40, 30), False),
        (6, None, False),
        (6, (30, 40), True),
        (5, (30, 40), True),
    ],
)
def test_the_declared_size_says_which_grid_boxes_were_drawn_on(
    one: Pass, orientation: int, declared: Size | None, mapped: bool
):
    image = one.image("a.jpg", kind="JPEG", orientation=orientation)
    assert grid(opened(one, image, declared)) == (40, 30, orientation if mapped else 1)
    drawn = "drawn on the displayed grid" if mapped else "taken on the stored grid"
    message = f"EXIF orientation {orientation}; boxes {drawn}"
    assert one.told() == [("exif_orientation", "a.jpg", "", message, "repair" if mapped else "keep")]


def test_boxes_drawn_on_the_display_stay_where_that_is_wanted_and_the_size_is_wrong_then(one: Pass):
    image = one.image("a.jpg", kind="JPEG", orientation=6)
    assert grid(opened(one, image, (30, 40), exif_orientation="keep")) == (40, 30, 1)
    assert one.told() == [
        ("exif_orientation", "a.jpg", "", "EXIF orientation 6; boxes drawn on the displayed grid", "keep"),
        (*SIZE, "30 x 40 declared, the image is 40 x 30", "repair"),
    ]


@pytest.mark.parametrize("declared", [(40, 30), (30, 40), None])
def test_a_turned_image_is_skipped_where_that_is_wanted(one: Pass, declared: Size | None):
    image = one.image("a.jpg", kind="JPEG", orientation=6)
    assert opened(one, image, declared, exif_orientation="skip") is None
    assert [(found.code, found.action) for found in one.problems] == [("exif_orientation", "skip")]


@pytest.mark.parametrize("orientation, declared", [(6, (31, 40)), (3, (30, 40))])  # 3 is upside down, 40 x 30
def test_a_size_that_fits_neither_grid_is_wrong(one: Pass, orientation: int, declared: Size):
    image = one.image("a.jpg", kind="JPEG", orientation=orientation)
    assert grid(opened(one, image, declared)) == (40, 30, 1)
    assert [found.code for found in one.problems] == ["exif_orientation", "size_mismatch"]


def test_a_square_image_gives_no_hint_so_boxes_stay(one: Pass):
    image = one.image("a.jpg", (40, 40), kind="JPEG", orientation=6)
    assert grid(opened(one, image, (40, 40))) == (40, 40, 1)


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_box_on_what_a_viewer_shows_is_mapped_onto_the_mark_in_the_file(
    one: Pass, orientation: int, kind: str
):
    mark = (8, 16, 24, 24)  # whole blocks of 8, which JPEG keeps sharp
    stored = Image.new("L", (40, 32))
    stored.paste(255, mark)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored.save(one.root / "a.img", kind, exif=exif)
    with Image.open(one.root / "a.img") as image:
        shown = ImageOps.exif_transpose(image).point(lambda value: 255 * (value > 127))
    frame = opened(one, ImageFile(one.root / "a.img"), shown.size, exif_orientation="repair")
    assert frame is not None
    box = frame.box("mark", shown.getbbox(), where=1)
    assert box is not None and box.edges == mark
    message = f"EXIF orientation {orientation}; boxes drawn on the displayed grid"
    assert one.told() == [("exif_orientation", "a.img", "", message, "repair")]


@pytest.mark.parametrize(
    "declared, code, place, make",
    [
        ((41, 30), "size_mismatch: 41 x 30 declared, the image is 40 x 30", "a.xml: size", {}),
        (
            None,
            "exif_orientation: EXIF orientation 6; boxes taken on the stored grid",
            "b.jpg",
            {"orientation": 6},
        ),
        (None, "image_format_mismatch: is PNG, named .jpg", "b.jpg", {"kind": "PNG"}),
        (None, "missing_image: no image 'a'", "a.xml", None),
        (None, "corrupt_image: is empty (0 bytes)", "b.jpg", {}),
    ],
)
def test_each_problem_of_an_image_can_be_an_error(
    one: Pass, declared: Size | None, code: str, place: str, make: dict[str, object] | None
):
    empty = code.startswith("corrupt_image")
    image = None if make is None else one.image("b.jpg", **{"kind": "JPEG", **make})
    if empty and image:
        image.path.write_bytes(b"")
    with pytest.raises(AnnotationError) as caught:
        opened(one, image, declared, strict=True)
    assert str(caught.value) == f"{place}: {code}"
    assert one.problems == []


# Claims.


def test_an_image_belongs_to_the_first_annotation_that_claims_it(one: Pass):
    context = one.context()
    assert context.claim("a.jpg", one.root / "a.xml")
    assert context.claim("a.jpg", "a.xml")  # itself once more
    assert not context.claim("a.jpg", one.root / "b.xml", "filename")
    assert context.claim("b.jpg", one.root / "b.xml")
    assert context.claimed("a.jpg") and not context.claimed("c.jpg")
    message = "a.jpg belongs to a.xml already"
    assert one.told() == [("duplicate_image", "b.xml", "filename", message, "skip")]


def test_both_annotations_stay_where_that_is_wanted(one: Pass):
    context = one.context(duplicate_image="keep")
    assert context.claim("a.jpg", "a.xml") and context.claim("a.jpg", "b.xml")
    assert [found.action for found in one.problems] == ["keep"]


def test_a_second_claim_can_be_an_error(one: Pass):
    context = one.context(strict=True)
    context.claim("a.jpg", "a.xml")
    with pytest.raises(AnnotationError) as caught:
        context.claim("a.jpg", "b.xml")
    assert str(caught.value) == "b.xml: duplicate_image: a.jpg belongs to a.xml already"


def test_an_image_listed_twice_stays_twice_and_is_told(one: Pass):
    context = one.context()
    assert not context.repeated("a.jpg", "train", one.root / "a.json", "images[0]")
    assert not context.repeated("a.jpg", "train", one.root / "a.json", "images[1]")
    assert not context.repeated("a.jpg", "val", one.root / "b.json", "images[0]")
    assert one.told() == [
        ("duplicate_image", "a.json", "images[1]", "a.jpg stands here twice", "keep"),
        ("split_overlap", "b.json", "images[0]", "a.jpg is in the splits train and val", "keep"),
    ]


def test_a_repeated_image_is_skipped_where_that_is_wanted(one: Pass):
    context = one.context(duplicate_image="skip")
    assert [context.repeated("a.jpg", None, "a.jsonl", line) for line in (1, 2)] == [False, True]


# Names.


def test_an_exact_name_is_found_silently(one: Pass):
    one.image("a.jpg", kind="JPEG")
    assert one.context().locate(ImageFolder(one.root), "./a.jpg", "a.xml", "filename") == "a.jpg"
    assert one.problems == []


@pytest.mark.parametrize("name, fallback", [("A.png", None), ("other.jpg", "a")])
def test_a_file_that_is_nearly_named_is_taken_and_told(one: Pass, name: str, fallback: str | None):
    one.image("a.jpg", kind="JPEG")
    found = one.context().locate(ImageFolder(one.root), name, "a.xml", "filename", fallback=fallback)
    assert found == "a.jpg"
    message = f"no file {name!r}; 'a.jpg' is there"
    assert one.told() == [("image_renamed", "a.xml", "filename", message, "repair")]


def test_a_name_that_leads_nowhere_is_left_to_the_frame(one: Pass):
    assert one.context().locate(ImageFolder(one.root), "b.jpg", "a.xml", "filename", fallback="a") is None
    assert one.problems == []


def test_an_unsafe_name_gives_way_to_the_annotations_own(one: Pass):
    one.image("a.jpg", kind="JPEG")
    images = ImageFolder(one.root)
    assert one.context().locate(images, "../a.jpg", "a.xml", "filename", fallback="a") == "a.jpg"
    message = "'../a.jpg' leaves its folder; 'a.jpg' is taken"
    assert one.told() == [("unsafe_path", "a.xml", "filename", message, "repair")]


def test_an_unsafe_name_without_another_is_an_error(one: Pass):
    with pytest.raises(AnnotationError) as caught:
        one.context().locate(ImageFolder(one.root), "/etc/passwd", one.root / "a.json", "images[0].file_name")
    fact = "unsafe path '/etc/passwd': is absolute"
    assert str(caught.value) == f"a.json: images[0].file_name: {fact}"


def test_an_unsafe_name_never_reaches_the_disk(one: Pass, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    monkeypatch.setattr(ImageFolder, "has", lambda _, name: asked.append(name))
    one.context().locate(ImageFolder(one.root), "../secret.jpg", "a.xml", "filename", fallback="a")
    assert asked and not any("secret" in name for name in asked)


@pytest.mark.parametrize(
    "name, fact",
    [
        ("../a.jpg", "unsafe_path: '../a.jpg' leaves its folder; 'a' is taken"),
        ("b.jpg", "image_renamed: no file 'b.jpg'; 'a.jpg' is there"),
    ],
)
def test_each_problem_of_a_name_can_be_an_error(one: Pass, name: str, fact: str):
    if name == "b.jpg":
        one.image("a.jpg", kind="JPEG")
    with pytest.raises(AnnotationError) as caught:
        one.context(strict=True).locate(ImageFolder(one.root), name, "a.xml", "filename", fallback="a")
    assert str(caught.value) == f"a.xml: filename: {fact}"
