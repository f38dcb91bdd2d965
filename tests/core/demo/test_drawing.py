import numpy as np
import pytest
from PIL import Image, ImageDraw

from boxwright.core.demo import drawing
from boxwright.core.demo.drawing import draw_frame

HANDS = ["myleft", "myright", "yourleft", "yourright"]
FRAMES = range(40, 2700, 222)


@pytest.fixture(scope="module")
def views():
    """A dozen frames of one game from both sides: {(video, frame): (image, polygons)}."""
    videos = "JENGA_OFFICE_H_T", "JENGA_OFFICE_T_H"
    return {(video, frame): draw_frame(video, frame) for video in videos for frame in FRAMES}


def middles(views, name):
    found = [np.array(polygons[name]) for _, polygons in views.values() if name in polygons]
    return np.mean([(p.min(axis=0) + p.max(axis=0)) / 2 / (1280, 720) for p in found], axis=0)


def test_a_frame_is_an_rgb_image_of_egohands_size_with_its_four_labels(views):
    for image, polygons in views.values():
        assert (image.mode, image.size) == ("RGB", (1280, 720))
        assert list(polygons) == [name for name in HANDS if name in polygons]
    assert {name for _, polygons in views.values() for name in polygons} == set(HANDS)


def test_outlines_have_some_dozens_of_vertices_within_the_image(views):
    for _, polygons in views.values():
        for polygon in polygons.values():
            points = np.array(polygon)
            assert 40 <= len(points) <= 200
            assert points.min() >= 0 and (points.max(axis=0) <= (1280, 720)).all()


def test_a_hand_cut_by_the_image_touches_its_border(views):
    lowest = [max(y for _, y in polygons["myleft"]) for _, polygons in views.values() if "myleft" in polygons]
    assert 720.0 in lowest and min(lowest) < 720


def test_hands_are_where_egohands_has_them(views):
    measured = {
        "myleft": (0.21, 0.87),
        "myright": (0.60, 0.83),
        "yourleft": (0.58, 0.44),
        "yourright": (0.35, 0.43),
    }
    for name, place in measured.items():
        assert middles(views, name) == pytest.approx(place, abs=0.12)


def test_not_every_hand_is_in_every_frame(views):
    counts = [len(polygons) for _, polygons in views.values()]
    assert 2.5 < np.mean(counts) < 3.7 and min(counts) < 4


def test_an_outline_holds_the_drawn_hand(views, monkeypatch):
    (video, frame), (image, polygons) = next(item for item in views.items() if len(item[1][1]) == 4)
    monkeypatch.setattr(drawing, "limb", lambda *_: None)
    without, none = draw_frame(video, frame)
    assert none == {}
    changed = np.abs(np.asarray(image, int) - np.asarray(without, int)).max(axis=2) > 3
    for polygon in polygons.values():
        mask = Image.new("L", image.size)
        ImageDraw.Draw(mask).polygon(polygon, fill=1)
        assert changed[np.asarray(mask, bool)].mean() > 0.97


def test_hands_move_smoothly():
    first, second = (draw_frame("CARDS_OFFICE_H_T", frame)[1] for frame in (700, 701))
    assert set(first) == set(second)
    for name, polygon in first.items():
        moved = np.mean(second[name], axis=0) - np.mean(polygon, axis=0)
        assert np.abs(moved).max() < 15


def test_partner_videos_show_the_same_hands_from_the_other_side(views):
    agree = []
    for frame in FRAMES:
        here, there = views["JENGA_OFFICE_H_T", frame][1], views["JENGA_OFFICE_T_H", frame][1]
        agree += [(f"my{side}" in here) == (f"your{side}" in there) for side in ("left", "right")]
    assert np.mean(agree) > 0.85


def test_the_same_seed_draws_the_same_and_another_does_not():
    first_image, first = draw_frame("CHESS_OFFICE_H_T", 90, seed=3)
    drawing._video.cache_clear()
    image, polygons = draw_frame("CHESS_OFFICE_H_T", 90, seed=3)
    assert polygons == first and image.tobytes() == first_image.tobytes()
    assert draw_frame("CHESS_OFFICE_H_T", 90, seed=4)[1] != first
