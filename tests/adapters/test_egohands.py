"""EgoHands: folders, polygons and metadata, what may be wrong with them, and writing them."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat, savemat

from boxwright.adapters import egohands
from boxwright.adapters.egohands import ADAPTER, EgoHandsOptions
from boxwright.core.errors import AnnotationError, WriteError
from boxwright.core.images.image_file import ImageFile
from boxwright.core.parsing.egohands_hands import HANDS
from boxwright.core.parsing.egohands_videos import OFFICIAL_TEST, OFFICIAL_TRAIN, OFFICIAL_VALID, VIDEOS
from boxwright.core.problems import Policy, Problem
from boxwright.core.read_context import ReadContext
from boxwright.core.schema import Box, Dataset, ImageRecord
from boxwright.core.write_context import WriteContext

VIDEO = "CARDS_COURTYARD_B_T"
MAT = f"_LABELLED_SAMPLES/{VIDEO}/polygons.mat"
ABSENT = np.zeros((0, 0))
TRIANGLE = np.array([[10.5, 20.25], [30.0, 20.0], [12.0, 50.75]])
TRIANGLE_POLYGON = ((10.5, 20.25), (30.0, 20.0), (12.0, 50.75))
RECTANGLE = np.array([[1.0, 2.0], [5.0, 2.0], [5.0, 8.0], [1.0, 8.0]])

Hands = dict[str, Any]


def jpeg(width: int = 1280, height: int = 720, orientation: int = 1) -> bytes:
    image, data = Image.new("RGB", (width, height), "gray"), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(data, "JPEG", quality=1, exif=exif)
    return data.getvalue()


FRAME = jpeg()


def struct_array(fields: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Any:
    made = np.empty((1, len(rows)), dtype=[(field, "O") for field in fields])
    for index, row in enumerate(rows):
        made[0, index] = row
    return made


def polygons(*frames: Hands, fields: tuple[str, ...] = HANDS) -> Any:
    return struct_array(fields, [tuple(frame.get(hand, ABSENT) for hand in fields) for frame in frames])


def metadata(**videos: dict[int, Hands]) -> Any:
    fields = ("frame_num", *HANDS)
    rows = [
        (
            video,
            struct_array(
                fields,
                [(number, *map(lambda h: hands.get(h, ABSENT), HANDS)) for number, hands in frames.items()],
            ),
        )
        for video, frames in videos.items()
    ]
    return struct_array(("video_id", "labelled_frames"), rows)


class Folder:
    """An EgoHands data set on disk that tests fill."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def frames(self, *numbers: int, video: str = VIDEO, data: bytes = FRAME) -> None:
        folder = self.root / "_LABELLED_SAMPLES" / video
        folder.mkdir(parents=True, exist_ok=True)
        for number in numbers:
            (folder / f"frame_{number:04d}.jpg").write_bytes(data)

    def polygons(self, value: Any, video: str = VIDEO, **how: Any) -> Path:
        path = self.root / "_LABELLED_SAMPLES" / video / "polygons.mat"
        path.parent.mkdir(parents=True, exist_ok=True)
        savemat(path, {"polygons": value}, **how)
        return path

    def metadata(self, **videos: dict[int, Hands]) -> None:
        savemat(self.root / "metadata.mat", {"video": metadata(**videos)})

    def read(
        self,
        path: Path | None = None,
        *,
        on: dict[str, Any] | None = None,
        strict: bool = False,
        **options: Any,
    ) -> list[ImageRecord]:
        return list(self.scan(path, Policy(strict=strict, actions=on or {}), EgoHandsOptions(**options)))

    def scan(self, path: Path | None, policy: Policy, options: EgoHandsOptions) -> Iterator[ImageRecord]:
        assert ADAPTER.read is not None
        source = ADAPTER.read(path or self.root, options)
        self.problems.clear()
        try:
            yield from source.scan(ReadContext(root=source.root, policy=policy, sink=self.problems.append))
        except AnnotationError as error:
            raise error.relative_to(source.root) from None

    def error(self, **how: Any) -> str:
        with pytest.raises(AnnotationError) as caught:
            self.read(**how)
        return str(caught.value)

    def found(self) -> list[str]:
        return [str(problem) for problem in self.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "egohands_data")


@pytest.fixture
def one_frame(folder: Folder) -> Callable[..., list[ImageRecord]]:
    """Read a data set of one frame whose own left hand is `value`."""

    def read(value: Any, **how: Any) -> list[ImageRecord]:
        folder.frames(11)
        folder.polygons(polygons({"myleft": value}))
        return folder.read(**how)

    return read


# Reading


def test_a_box_is_the_extent_of_its_polygon_which_is_kept(folder):
    folder.frames(11, 35)
    folder.polygons(polygons({"yourright": TRIANGLE, "myright": TRIANGLE + 100}, {}))
    first, second = folder.read()
    assert first.path == f"{VIDEO}/frame_0011.jpg" and (first.width, first.height) == (1280, 720)
    assert [box.label for box in first.boxes] == ["myright", "yourright"]
    assert first.boxes[1].edges == (10.5, 20.0, 30.0, 50.75)
    assert first.boxes[1].polygons == (TRIANGLE_POLYGON,)
    assert first.file == ImageFile(folder.root / "_LABELLED_SAMPLES" / VIDEO / "frame_0011.jpg")
    assert second.boxes == () and folder.problems == []


def test_the_group_is_the_session_that_both_views_share(folder):
    for video in ("CARDS_COURTYARD_B_T", "CARDS_COURTYARD_T_B"):
        folder.frames(1, video=video)
        folder.polygons(polygons({}), video=video)
    assert [record.group for record in folder.read()] == ["CARDS_COURTYARD_BT"] * 2


def test_another_folder_name_is_its_own_group_and_reported_once(folder):
    folder.frames(1, 2, video="kitchen")
    folder.polygons(polygons({}, {}), video="kitchen")
    assert [record.group for record in folder.read()] == ["kitchen", "kitchen"]
    assert folder.found() == [
        "_LABELLED_SAMPLES/kitchen: unknown_group: is not named ACTIVITY_LOCATION_VIEWER_PARTNER"
        " (the folder's name is the group)"
    ]


@pytest.mark.parametrize(
    "below", ["..", "", "_LABELLED_SAMPLES", f"_LABELLED_SAMPLES/{VIDEO}", MAT, "metadata.mat"]
)
def test_any_folder_that_people_take_for_it_is_read_from_the_same_root(folder, below):
    folder.frames(11)
    folder.polygons(polygons({"myleft": TRIANGLE}))
    folder.metadata(**{VIDEO: {11: {"myleft": TRIANGLE}}})
    [record] = folder.read((folder.root / below).resolve())
    assert record.path == f"{VIDEO}/frame_0011.jpg" and folder.problems == []
    assert egohands.read(folder.root / below, EgoHandsOptions()).root.resolve() == folder.root
    assert egohands.sniff(folder.root / below)


def test_one_video_folder_is_read_alone(folder):
    for video in (VIDEO, "CHESS_OFFICE_B_S"):
        folder.frames(1, video=video)
        folder.polygons(polygons({}), video=video)
    folder.metadata(**{VIDEO: {1: {}}, "CHESS_OFFICE_B_S": {1: {}}})
    [record] = folder.read(folder.root / "_LABELLED_SAMPLES" / "CHESS_OFFICE_B_S")
    assert record.path == "CHESS_OFFICE_B_S/frame_0001.jpg"


def test_video_folders_need_not_lie_in_labelled_samples(tmp_path):
    folder = Folder(tmp_path)
    folder.frames(11)
    folder.polygons(polygons({"myleft": TRIANGLE}))
    (tmp_path / "_LABELLED_SAMPLES").rename(tmp_path / "samples")
    [record] = folder.read(tmp_path / "samples")
    assert record.path == f"{VIDEO}/frame_0011.jpg"
    assert egohands.read(tmp_path / "samples", EgoHandsOptions()).root == tmp_path / "samples"


def test_a_folder_without_egohands_is_named(tmp_path):
    with pytest.raises(AnnotationError) as caught:
        egohands.read(tmp_path, EgoHandsOptions())
    assert str(caught.value) == (
        f"{tmp_path}: no EgoHands here: no _LABELLED_SAMPLES, no polygons.mat\n"
        "  hint: the root holds metadata.mat and _LABELLED_SAMPLES; each video's folder holds polygons.mat"
    )


def test_option_hands_one_labels_all_hands_alike(folder):
    folder.frames(11)
    folder.polygons(polygons({"myleft": TRIANGLE, "yourleft": TRIANGLE + 50}))
    [record] = folder.read(hands="one")
    assert [box.label for box in record.boxes] == ["hand", "hand"]
    assert egohands.read(folder.root, EgoHandsOptions(hands="one")).labels == ("hand",)
    assert egohands.read(folder.root, EgoHandsOptions()).labels == HANDS


def test_systems_own_files_are_no_frames(folder):
    folder.frames(11)
    path = folder.polygons(polygons({}))
    for name in ("._frame_0011.jpg", ".DS_Store", "Thumbs.db"):
        (path.parent / name).write_bytes(b"x")
    (folder.root / "_LABELLED_SAMPLES" / "__MACOSX").mkdir()
    assert len(folder.read()) == 1 and folder.problems == []


@pytest.mark.parametrize(
    "absent",
    [
        np.zeros((0, 0)),
        np.zeros((0, 2)),
        np.zeros((1, 0)),
        "",
        np.zeros((0, 0), np.uint8),
        [],
        np.zeros((0, 0), object),
    ],
    ids=["0x0", "0x2", "1x0", "text", "uint8", "list", "cell"],
)
@pytest.mark.parametrize("compressed", [False, True])
def test_an_absent_hand_may_have_any_empty_shape(folder, absent, compressed):
    folder.frames(11)
    folder.polygons(polygons({"myleft": absent, "myright": TRIANGLE}), do_compression=compressed)
    [record] = folder.read()
    assert [box.label for box in record.boxes] == ["myright"] and folder.problems == []


@pytest.mark.parametrize(
    "dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32"]
)
def test_vertices_may_have_any_number_type(one_frame, dtype):
    [record] = one_frame(np.array([[1, 2], [30, 4], [5, 60]], dtype))
    assert record.boxes[0].polygons == (((1.0, 2.0), (30.0, 4.0), (5.0, 60.0)),)


def test_a_standing_struct_is_read_as_a_lying_one(folder):
    folder.frames(1, 2, 3)
    folder.polygons(polygons({"myleft": TRIANGLE}, {}, {"yourleft": TRIANGLE}).reshape(3, 1))
    assert [len(record.boxes) for record in folder.read()] == [1, 0, 1]


def test_fields_may_come_in_any_order(folder):
    folder.frames(1)
    folder.polygons(polygons({"myleft": TRIANGLE}, fields=tuple(reversed(HANDS))))
    assert [box.label for box in folder.read()[0].boxes] == ["myleft"]


def test_a_field_that_is_no_hand_is_reported(folder):
    folder.frames(1)
    folder.polygons(polygons({"myleft": TRIANGLE}, fields=(*HANDS, "foot")))
    assert len(folder.read()[0].boxes) == 1
    assert folder.found() == [
        f"{MAT}: polygons.foot: invalid_attribute: is no hand (value repaired or taken as unknown)"
    ]


def test_an_exact_rectangle_is_a_box_without_polygon(one_frame):
    [record] = one_frame(RECTANGLE)
    assert record.boxes == (Box(label="myleft", x_min=1, y_min=2, x_max=5, y_max=8),)


def test_a_rectangle_from_another_corner_is_a_polygon(one_frame):
    [record] = one_frame(np.roll(RECTANGLE, 1, axis=0))
    assert len(record.boxes[0].polygons) == 1


def test_a_hand_at_the_very_edge_of_the_frame_is_one_like_any_other(folder, one_frame):
    [record] = one_frame(np.array([[0, 0], [30, 0], [0, 40.5]]))
    assert record.boxes[0].edges == (0, 0, 30, 40.5)
    assert folder.problems == []


def test_a_hand_that_leaves_the_frame_is_clipped_but_not_its_polygon(folder, one_frame):
    [record] = one_frame(TRIANGLE - 15)
    assert record.boxes[0].edges == (0, 5, 15, 35.75)
    assert record.boxes[0].polygons[0][0] == (-4.5, 5.25)
    assert [problem.code for problem in folder.problems] == ["box_outside_image"]


# What may be wrong with polygons.mat


def test_vertices_that_are_not_finite_are_dropped(folder, one_frame):
    value = np.vstack([TRIANGLE, [[np.nan, 1.0]], [[5.0, np.inf]]])
    [record] = one_frame(value)
    assert record.boxes[0].polygons == (TRIANGLE_POLYGON,)
    assert folder.found() == [
        f"{MAT}: polygons(1).myleft: invalid_vertex: 2 of 5 vertices are not finite (vertices dropped)"
    ]
    assert one_frame(value, on={"invalid_vertex": "skip"})[0].boxes == ()


@pytest.mark.parametrize("value, count", [(TRIANGLE[:2], 2), (TRIANGLE[:1], 1), (np.full((3, 2), np.nan), 0)])
def test_fewer_than_three_vertices_are_no_hand(folder, one_frame, value, count):
    [record] = one_frame(value)
    assert record.boxes == ()
    assert folder.found()[-1] == (
        f"{MAT}: polygons(1).myleft: degenerate_polygon: {count} vertices (object dropped)"
    )


@pytest.mark.parametrize(
    "value, fact",
    [
        (TRIANGLE.T, "2 x 3 numbers, expected N x 2: one row (x, y) for each vertex; transposed?"),
        (np.zeros((4, 3)), "4 x 3 numbers, expected N x 2: one row (x, y) for each vertex"),
        (
            np.zeros((2, 2, 2)),
            "2 x 2 x 2 numbers, expected N x 2: one row (x, y) for each vertex; transposed?",
        ),
        ("left", "text, expected N x 2 numbers"),
        (np.array([[TRIANGLE]], object), "a cell array, expected N x 2 numbers"),
        ({"x": 1}, "a struct, expected N x 2 numbers"),
        (TRIANGLE * 1j, "complex numbers, expected N x 2 numbers"),
        (np.zeros((100_001, 2)), "100001 vertices; 100000 are the most that is read"),
    ],
    ids=["2xN", "Nx3", "3D", "text", "cell", "struct", "complex", "many"],
)
def test_what_is_no_polygon_is_named(folder, value, fact):
    folder.frames(1, 2)
    folder.polygons(polygons({}, {"yourleft": value}))
    assert folder.error() == f"{MAT}: polygons(2).yourleft: {fact}"


def test_missing_fields_are_named(folder):
    folder.frames(1)
    folder.polygons(polygons({}, fields=("myleft", "yourleft")))
    assert folder.error() == f"{MAT}: polygons: fields myright, yourright missing; found myleft, yourleft"


def test_a_polygons_variable_that_is_no_struct_is_named(folder):
    folder.frames(1)
    folder.polygons(TRIANGLE)
    assert folder.error() == f"{MAT}: polygons: numbers, expected a struct"


RESAVE = "\n  hint: load it in MATLAB and save it again with save('{0}.mat', '{1}', '-v7')"


@pytest.mark.parametrize(
    "data, fact",
    [
        (b"", "{0}: is empty (0 bytes)"),
        (
            b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512),
            "{0}: is a MATLAB v7.3 file (HDF5); v5 to v7 can be read{1}",
        ),
        (bytes(126) + b"IM", "{0}: {2}: no variable '{2}'; found none"),
    ],
    ids=["empty", "v7.3", "variable"],
)
def test_a_file_that_cannot_be_read_is_named(folder, data, fact):
    folder.frames(1)
    path = folder.polygons(polygons({}))
    (folder.root / "metadata.mat").write_bytes(data)
    assert folder.error() == fact.format("metadata.mat", RESAVE.format("metadata", "video"), "video")
    (folder.root / "metadata.mat").unlink()
    path.write_bytes(data)
    assert folder.error() == fact.format(MAT, RESAVE.format("polygons", "polygons"), "polygons")


# Frames and polygon sets


def test_more_polygon_sets_than_images_are_an_error_without_metadata(folder):
    folder.frames(1)
    folder.polygons(polygons({}, {}))
    assert folder.error() == (
        f"{MAT}: polygons: 2 polygon sets for 1 images, and nothing tells which belong together\n"
        "  hint: the data set's metadata.mat, put at its root, tells the frame numbers"
    )


def test_an_empty_polygons_variable_is_not_taken_for_unlabelled_frames(folder):
    folder.frames(1)
    folder.polygons(np.zeros((0, 0)))
    assert "0 polygon sets for 1 images" in folder.error()


def test_metadata_tells_which_image_is_missing(folder):
    folder.frames(1, 3)
    hands = [{"myleft": TRIANGLE + shift} for shift in (0, 1, 2)]
    folder.polygons(polygons(*hands))
    folder.metadata(**{VIDEO: dict(zip((1, 2, 3), hands, strict=True))})
    first, third = folder.read()
    assert (first.boxes[0].x_min, third.boxes[0].x_min) == (10.5, 12.5)
    assert folder.found() == [f"{MAT}: polygons(2): missing_image: no image 'frame_0002.jpg' (image skipped)"]


def test_a_frame_without_image_can_be_kept(folder):
    folder.frames(1)
    folder.polygons(polygons({}, {"myleft": TRIANGLE}))
    folder.metadata(**{VIDEO: {1: {}, 2: {"myleft": TRIANGLE}}})
    _, second = folder.read(on={"missing_image": "keep"})
    assert (second.path, second.width, second.height) == (f"{VIDEO}/frame_0002.jpg", 1280, 720)
    assert second.file is None and len(second.boxes) == 1


def test_metadata_tells_which_image_has_no_polygons(folder):
    folder.frames(1, 2, 3)
    folder.polygons(polygons({"myleft": TRIANGLE}, {"yourleft": TRIANGLE}))
    folder.metadata(**{VIDEO: {1: {"myleft": TRIANGLE}, 3: {"yourleft": TRIANGLE}}})
    assert [(record.path[-8:], record.boxes[0].label) for record in folder.read()] == [
        ("0001.jpg", "myleft"),
        ("0003.jpg", "yourleft"),
    ]
    assert folder.found() == [
        f"_LABELLED_SAMPLES/{VIDEO}/frame_0002.jpg: missing_annotation: no polygon set belongs to it"
        " (image skipped)"
    ]
    kept = folder.read(on={"missing_annotation": "keep"})
    assert sorted(len(record.boxes) for record in kept) == [0, 1, 1]


def test_equal_counts_do_not_hide_that_frames_were_exchanged(folder):
    folder.frames(1, 9)
    folder.polygons(polygons({"myleft": TRIANGLE}, {}))
    folder.metadata(**{VIDEO: {1: {"myleft": TRIANGLE}, 2: {}}})
    assert [record.path for record in folder.read()] == [f"{VIDEO}/frame_0001.jpg"]
    assert sorted(problem.code for problem in folder.problems) == ["missing_annotation", "missing_image"]


def test_images_that_were_all_renamed_are_paired_in_sorted_order(folder):
    folder.frames(1, 2)
    path = folder.polygons(polygons({"myleft": TRIANGLE}, {}))
    for number in (1, 2):
        (path.parent / f"frame_{number:04d}.jpg").rename(path.parent / f"picture {number}.jpg")
    folder.metadata(**{VIDEO: {1: {"myleft": TRIANGLE}, 2: {}}})
    assert [(record.path, len(record.boxes)) for record in folder.read()] == [
        (f"{VIDEO}/picture 1.jpg", 1),
        (f"{VIDEO}/picture 2.jpg", 0),
    ]


def test_without_polygons_mat_those_of_metadata_are_taken(folder):
    folder.frames(1, 2)
    folder.metadata(**{VIDEO: {2: {"myleft": TRIANGLE}, 1: {}}})
    assert [len(record.boxes) for record in folder.read()] == [0, 1]
    assert folder.found() == [
        f"{MAT}: missing_field: there is none; the polygons of metadata.mat are taken (derived)"
    ]


def test_images_that_neither_file_knows_are_unlabelled(folder):
    folder.frames(1, 2)
    assert folder.read() == []
    assert [problem.code for problem in folder.problems] == ["missing_annotation"] * 2


def test_a_video_that_only_metadata_knows_is_missing_images(folder):
    folder.frames(1)
    folder.polygons(polygons({}))
    folder.metadata(**{VIDEO: {1: {}}, "CHESS_OFFICE_B_S": {7: {}}})
    assert len(folder.read()) == 1
    assert folder.found() == [
        "metadata.mat: video(2).labelled_frames(1): missing_image: no image 'frame_0007.jpg' (image skipped)"
    ]


@pytest.mark.parametrize(
    "other, fact",
    [
        (TRIANGLE[:0], "3 vertices, 0 in metadata.mat"),
        (RECTANGLE, "3 vertices, 4 in metadata.mat"),
        (TRIANGLE + 2, "vertices lie elsewhere than in metadata.mat"),
    ],
)
def test_where_the_two_files_disagree_polygons_mat_wins(folder, other, fact):
    folder.frames(1)
    folder.polygons(polygons({"myleft": TRIANGLE}))
    folder.metadata(**{VIDEO: {1: {"myleft": other}}})
    [record] = folder.read()
    assert record.boxes[0].polygons == (TRIANGLE_POLYGON,)
    assert folder.found() == [f"{MAT}: polygons(1).myleft: conflicting_sources: {fact} (the stated one wins)"]


def test_rounding_in_metadata_is_no_conflict(folder):
    folder.frames(1)
    folder.polygons(polygons({"myleft": TRIANGLE}))
    folder.metadata(**{VIDEO: {1: {"myleft": np.round(TRIANGLE)}}})
    assert len(folder.read()) == 1 and folder.problems == []


def test_metadata_with_another_number_of_frames_is_a_conflict(folder):
    folder.frames(1, 2)
    folder.polygons(polygons({}, {}))
    folder.metadata(**{VIDEO: {1: {}}})
    assert len(folder.read()) == 2
    assert folder.found() == [
        f"{MAT}: polygons: conflicting_sources: 2 polygon sets, metadata.mat has 1 labelled frames"
        " (the stated one wins)"
    ]


@pytest.mark.parametrize(
    "value, fact",
    [
        (
            metadata(**{VIDEO: {1: {}}, "../secret": {1: {}}}),
            "video(2).video_id: '../secret' is no folder's name",
        ),
        (
            struct_array(("labelled_frames",), [(0,)]),
            "video: field video_id missing; found labelled_frames",
        ),
        (
            struct_array(("video_id", "labelled_frames"), [(VIDEO, ABSENT)] * 2),
            f"video(2).video_id: {VIDEO!r} stands here twice",
        ),
        (
            struct_array(("video_id", "labelled_frames"), [(7, ABSENT)]),
            "video(1).video_id: 1 x 1 numbers, expected one text",
        ),
        (metadata(**{VIDEO: {1.5: {}}}), "video(1).labelled_frames(1).frame_num: 1.5 is no frame number"),
        (metadata(**{VIDEO: {np.nan: {}}}), "video(1).labelled_frames(1).frame_num: nan is no frame number"),
        (
            metadata(**{VIDEO: {"11": {}}}),
            "video(1).labelled_frames(1).frame_num: 1 text, expected one number",
        ),
        (
            metadata(**{VIDEO: {1: {"myleft": TRIANGLE.T}}}),
            "video(1).labelled_frames(1).myleft: 2 x 3 numbers, "
            "expected N x 2: one row (x, y) for each vertex; transposed?",
        ),
    ],
    ids=["unsafe", "no id", "twice", "id", "fraction", "nan", "text", "2xN"],
)
def test_what_is_wrong_in_metadata_is_named(folder, value, fact):
    folder.frames(1)
    folder.polygons(polygons({}))
    savemat(folder.root / "metadata.mat", {"video": value})
    assert folder.error() == f"metadata.mat: {fact}"


# Images


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("strict", [False, True])
def test_another_frame_size_is_an_error_with_a_way_out(folder, orientation, strict):
    folder.frames(11, data=jpeg(640, 360, orientation))
    folder.polygons(polygons({"myleft": TRIANGLE}))
    assert folder.error(strict=strict) == (
        f"{MAT}: polygons(1): frame_0011.jpg is 640 x 360; the polygons were drawn on 1280 x 720\n"
        "  hint: option rescale=true scales the polygons to the frame"
    )


@pytest.mark.parametrize("strict", [False, True])
def test_option_rescale_scales_the_polygons(folder, strict):
    folder.frames(11, data=jpeg(640, 180))
    folder.polygons(polygons({"myleft": TRIANGLE}))
    [record] = folder.read(rescale=True, strict=strict)
    assert (record.width, record.height) == (640, 180)
    assert record.boxes[0].edges == (5.25, 5.0, 15.0, 12.6875)
    assert record.boxes[0].polygons[0][0] == (5.25, 5.0625)
    assert folder.problems == []


@pytest.mark.parametrize("rescale", [False, True])
def test_frames_of_another_size_can_be_skipped(folder, rescale):
    folder.frames(11, data=jpeg(640, 360))
    folder.polygons(polygons({"myleft": TRIANGLE}))
    assert folder.read(on={"size_mismatch": "skip"}, rescale=rescale) == []
    assert [problem.code for problem in folder.problems] == ["size_mismatch"]


def test_a_rotation_that_the_policy_ignores_leaves_another_size(folder):
    folder.frames(11, data=jpeg(720, 1280, orientation=6))
    folder.polygons(polygons({"myleft": TRIANGLE}))
    assert "frame_0011.jpg is 720 x 1280" in folder.error(on={"exif_orientation": "keep"})


def test_polygons_drawn_on_a_rotated_display_are_mapped(folder):
    folder.frames(11, data=jpeg(720, 1280, orientation=6))
    folder.polygons(polygons({"myleft": TRIANGLE}))
    [record] = folder.read()
    assert (record.width, record.height) == (720, 1280)
    assert record.boxes[0].edges == (20.0, 1250.0, 50.75, 1269.5)
    assert [problem.code for problem in folder.problems] == ["exif_orientation"]


def test_a_damaged_frame_is_kept_with_its_polygons(folder):
    folder.frames(11, data=FRAME[:-40])
    folder.polygons(polygons({"myleft": TRIANGLE}))
    [record] = folder.read()
    assert (record.width, record.height, len(record.boxes)) == (1280, 720, 1)
    assert [problem.code for problem in folder.problems] == ["corrupt_image"]
    assert folder.read(on={"corrupt_image": "skip"}) == []


# Writing


@pytest.fixture
def image(tmp_path: Path) -> ImageFile:
    path = tmp_path / "image.jpg"
    path.write_bytes(FRAME)
    return ImageFile(path)


def hand(label: str = "myleft", polygon: Any = TRIANGLE_POLYGON, **fields: Any) -> Box:
    polygons = (polygon,) if polygon else ()
    edges = (10.5, 20.0, 30.0, 50.75)
    x_min, y_min, x_max, y_max = fields.pop("edges", edges)
    return Box(label=label, x_min=x_min, y_min=y_min, x_max=x_max, y_max=y_max, polygons=polygons, **fields)


def record(
    image: ImageFile | None, *boxes: Box, path: str = f"{VIDEO}/frame_0011.jpg", **fields: Any
) -> ImageRecord:
    fields = {"width": 1280, "height": 720, "file": image} | fields
    return ImageRecord(path=path, boxes=boxes, **fields)


def written(root: Path, *records: ImageRecord, images: Any = "copy") -> list[str]:
    """Write records below `root`; returns the report of losses."""
    assert ADAPTER.write is not None
    context = WriteContext(root=root, adapter="egohands", name="x", images=images)
    ADAPTER.write(Dataset(None, lambda: iter(records)), EgoHandsOptions(), context)
    return [str(loss) for loss in context.losses]


def test_reading_back_what_was_written_changes_nothing(tmp_path, image):
    root = tmp_path / "out"
    group = "CARDS_COURTYARD_BT"
    records = [
        record(image, hand("myleft"), hand("yourright", None), group=group),
        record(image, path=f"{VIDEO}/frame_0100.jpg", group=group),
        record(image, hand("myright"), path="küche 1/frame_0001.jpg", group="küche 1"),
    ]
    # Records of one video need not come together.
    assert written(root, records[1], records[2], records[0]) == []
    folder = Folder(root)
    assert folder.read() == records
    assert [problem.code for problem in folder.problems] == ["unknown_group"]


def test_an_empty_data_set_is_written_and_read(tmp_path):
    written(tmp_path / "out")
    assert Folder(tmp_path / "out").read() == []


def test_the_same_records_give_the_same_bytes(tmp_path, image):
    for name in ("a", "b"):
        written(tmp_path / name, record(image, hand()))
    for name in (MAT, "metadata.mat"):
        # scipy writes the time here, in seconds
        text = (tmp_path / "a" / name).read_bytes()[:116]
        assert text.strip() == b"MATLAB 5.0 MAT-file, written by boxwright"
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_frames_are_copied_untouched_or_linked(tmp_path, image):
    for images in ("copy", "link"):
        written(tmp_path / images, record(image), images=images)
        placed = tmp_path / images / "_LABELLED_SAMPLES" / VIDEO / "frame_0011.jpg"
        assert placed.read_bytes() == FRAME
        assert placed.samefile(image.path) == (images == "link")


def test_every_access_style_for_polygons_mat_works(tmp_path, image):
    written(tmp_path, record(image, hand("myright")), record(image, path=f"{VIDEO}/frame_0012.jpg"))
    path = tmp_path / MAT
    m = loadmat(path)
    assert m["polygons"].shape == (1, 2)
    assert m["polygons"].dtype == [(name, "O") for name in HANDS]
    [first, second] = m["polygons"][0]
    assert [np.any(p) for p in first] == [False, True, False, False]
    assert [len(p) for p in second] == [0, 0, 0, 0] and [p.size for p in second] == [0, 0, 0, 0]
    assert m["polygons"]["myleft"][0][0].shape == (0, 0) and m["polygons"]["myleft"][0][0].dtype == float
    assert (m["polygons"]["myright"][0][0] == TRIANGLE).all()
    assert (m["polygons"][0, 0]["myright"] == TRIANGLE).all()
    assert (loadmat(path, squeeze_me=True)["polygons"][0]["myright"] == TRIANGLE).all()
    assert (loadmat(path, struct_as_record=False)["polygons"][0, 0].myright == TRIANGLE).all()


def test_every_access_style_for_metadata_mat_works(tmp_path, image):
    written(tmp_path, record(image, hand("yourleft")), record(image, path="CHESS_OFFICE_S_B/frame_0007.jpg"))
    m = loadmat(tmp_path / "metadata.mat")
    assert m["video"].shape == (1, 2)
    assert m["video"].dtype.names == egohands.VIDEO_FIELDS
    v = m["video"][0, 0]
    assert v["video_id"].dtype == "<U19" and v["video_id"][0] == VIDEO and v[0][0] == VIDEO
    assert [str(v[i][0]) for i in range(1, 6)] == ["CARDS_COURTYARD_T_B", "B", "T", "COURTYARD", "CARDS"]
    assert v["labelled_frames"].shape == (1, 1)
    assert v["labelled_frames"].dtype.names == ("frame_num", *HANDS)
    assert v[6][0][0][0].shape == (1, 1) and f"frame_{v[6][0][0][0][0][0]:04d}.jpg" == "frame_0011.jpg"
    assert [v[6][0][0][i].shape for i in (1, 2, 3, 4)] == [(0, 0), (0, 0), (3, 2), (0, 0)]


def test_a_box_without_polygon_is_its_rectangle_from_the_top_left_clockwise(tmp_path, image):
    written(tmp_path, record(image, hand(polygon=None, edges=(1, 2, 5.5, 8))))
    corners = loadmat(tmp_path / MAT)["polygons"]["myleft"][0][0]
    assert corners.tolist() == [[1, 2], [5.5, 2], [5.5, 8], [1, 8]]


@pytest.mark.parametrize(
    "make, losses",
    [
        (lambda i: record(i, hand(edges=(0, 0, 40, 60))), ["1 edges: a box is the extent of its outline"]),
        (lambda i: record(i, hand(polygon=((-4, 0), (8, 0), (8, 9)), edges=(0, 0, 8, 9))), []),
        (
            lambda i: record(i, hand(polygon=((1, 2), (5, 2), (5, 8), (1, 8)), edges=(1, 2, 5, 8))),
            ["1 polygons: an outline that is a rectangle is read back as a box alone"],
        ),
        (lambda i: record(i, group="mine"), ["1 group: the folder's name tells the group"]),
        (lambda i: record(i, path=f"{VIDEO}_frame_0011.jpg"), ["1 path: the name's video becomes a folder"]),
        (
            lambda i: record(i, path=f"train/{VIDEO}/frame_0011.jpg"),
            ["1 path: only the last two parts are kept"],
        ),
        (lambda i: record(i, hand("yourleft"), hand("myleft")), ["1 order: boxes are stored hand by hand"]),
    ],
    ids=["edges", "clipped", "rectangle", "group", "flat", "deep", "order"],
)
def test_what_is_lost_is_reported(tmp_path, image, make, losses):
    assert written(tmp_path, make(image)) == losses
    [found] = Folder(tmp_path).read()
    assert found.path == f"{VIDEO}/frame_0011.jpg"


@pytest.mark.parametrize(
    "make, reason",
    [
        (
            lambda i: record(i, hand("car")),
            "label 'car'; its labels are myleft, myright, yourleft, yourright\n"
            "  hint: --map car=myleft makes it one of them",
        ),
        (
            lambda i: record(i, hand(), hand(edges=(1, 1, 2, 2))),
            "two boxes of one label; a frame has each hand once",
        ),
        (
            lambda i: record(
                i, Box(label="myleft", x_min=0, y_min=0, x_max=9, y_max=9, polygons=(TRIANGLE_POLYGON,) * 2)
            ),
            "myleft has 2 polygons; a hand has one outline",
        ),
        (
            lambda i: record(i, hand(polygon=TRIANGLE_POLYGON[:2])),
            "myleft has a polygon of 2 vertices; the least is three",
        ),
        (lambda i: record(i, width=640, height=480), "it is 640 x 480; frames are 1280 x 720"),
        (lambda i: record(i, width=None, height=None), "it is None x None; frames are 1280 x 720"),
        (lambda i: record(None), "it has no image, and polygons are paired with the images beside them"),
        (
            lambda i: record(ImageFile(Path("nowhere.jpg"))),
            "its image cannot be read: No such file or directory",
        ),
        (lambda i: record(ImageFile(i.path, 2)), "its image is no JPEG"),
    ],
    ids=["label", "two", "polygons", "vertices", "size", "no size", "no image", "nowhere", "no jpeg"],
)
def test_what_cannot_be_held_is_refused(tmp_path, image, make, reason):
    with pytest.raises(WriteError) as caught:
        written(tmp_path / "out", make(image))
    assert str(caught.value) == f"{VIDEO}/frame_0011.jpg: egohands cannot hold it: {reason}"


@pytest.mark.parametrize(
    "path", ["frame_0011.jpg", f"{VIDEO}/raccoon-1.jpg", f"{VIDEO}/frame_11.jpg", f"{VIDEO}/frame_0011.png"]
)
def test_a_path_that_names_no_frame_of_a_video_is_refused(tmp_path, image, path):
    with pytest.raises(WriteError) as caught:
        written(tmp_path / "out", record(image, path=path))
    assert str(caught.value) == (
        f"{path}: egohands cannot hold it: "
        "its path is neither VIDEO/frame_NNNN.jpg nor VIDEO_frame_NNNN.jpg\n"
        "  hint: four digits: the frame's number in its video"
    )


def test_two_records_of_one_frame_are_refused(tmp_path, image):
    with pytest.raises(WriteError) as caught:
        written(tmp_path, record(image), record(image, path=f"x/{VIDEO}/frame_0011.jpg"))
    assert str(caught.value) == (
        f"x/{VIDEO}/frame_0011.jpg: egohands cannot hold it: two records are frame 11 of {VIDEO}"
    )


def test_leaving_out_the_images_is_refused(tmp_path):
    with pytest.raises(WriteError) as caught:
        written(tmp_path, images="none")
    assert str(caught.value) == (
        "cannot write 'egohands' with images=none: its polygons are paired with the frames beside them\n"
        "  hint: images=copy or images=link brings them along"
    )


# Sniffing and splits


def test_other_folders_are_not_egohands(tmp_path):
    (tmp_path / "Annotations").mkdir()
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "frame_0001.jpg").write_bytes(FRAME)
    for path in (tmp_path, tmp_path / "images", tmp_path / "nothing", tmp_path / "images" / "frame_0001.jpg"):
        assert not egohands.sniff(path)
    assert not egohands.sniff(Path("a\0b"))


def test_a_written_data_set_is_sniffed(tmp_path, image):
    written(tmp_path / "out", record(image))
    for path in (
        tmp_path / "out",
        tmp_path / "out/_LABELLED_SAMPLES",
        tmp_path / "out/_LABELLED_SAMPLES" / VIDEO,
    ):
        assert egohands.sniff(path)


def test_the_official_split_leaks_every_held_out_session_into_training():
    sizes = len(OFFICIAL_TRAIN), len(OFFICIAL_VALID), len(OFFICIAL_TEST)
    assert sizes == (36, 4, 8) and len(VIDEOS) == 48 == len(set(VIDEOS))
    for video in OFFICIAL_VALID + OFFICIAL_TEST:
        partner = f"{video[:-3]}{video[-1]}_{video[-3]}"
        assert partner in OFFICIAL_TRAIN


@pytest.mark.parametrize(
    "path, split",
    [
        ("CARDS_COURTYARD_B_T/frame_0011.jpg", "test"),
        ("CARDS_COURTYARD_T_B/frame_0011.jpg", "train"),
        ("PUZZLE_OFFICE_S_T_frame_0011.jpg", "val"),
        ("KITCHEN_OFFICE_S_T/frame_0011.jpg", None),
    ],
)
def test_the_official_split_is_told_by_the_video(path, split):
    assert ADAPTER.splits["official"](ImageRecord(path=path, width=1, height=1)) == split


def test_the_48_videos_are_those_of_the_real_data(real_data):
    names = set()
    for name in ("train_labels.csv", "eval_labels.csv"):
        lines = (real_data / "egohands_boxes" / name).read_text().splitlines()[1:]
        names |= {line.split("_frame_")[0] for line in lines}
    assert sorted(names) == list(VIDEOS)
