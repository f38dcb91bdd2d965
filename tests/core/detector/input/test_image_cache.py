from functools import partial

import numpy as np
import pytest

from boxwright.core.detector.input.class_names import ClassNames
from boxwright.core.detector.input.image_cache import cache_fits, cached
from boxwright.core.detector.input.records import find_records
from boxwright.core.detector.input.source import stored
from boxwright.core.detector.input.streams import Training, evaluation_batches, training_batches
from boxwright.core.detector.resizer import resize
from boxwright.core.pipeline.image_resizer import FixedShapeResizer, ImageResizer
from boxwright.core.pipeline.text import parse_config

NAMES = ClassNames(pairs=(("hand", 1),))
SIZE = (6, 5)
RESIZE = partial(resize, resizer=ImageResizer(fixed_shape_resizer=FixedShapeResizer(height=6, width=5)))


def test_a_cache_changes_pixels_by_rounding_and_nothing_else(ten: str):
    source = stored(find_records([ten]), NAMES)
    kept = cached(source, RESIZE, SIZE)
    for training in (True, False):
        settings = Training(seed=3, batch_size=4)
        batches = [
            training_batches(each, RESIZE, settings).take(4)
            if training
            else evaluation_batches(each, RESIZE, 4)
            for each in (source, kept)
        ]
        for plain, from_memory in zip(*batches, strict=True):
            assert np.abs(plain.pop("images") - from_memory.pop("images")).max() <= 0.5
            for name in plain:
                np.testing.assert_array_equal(plain[name], from_memory[name])


@pytest.mark.parametrize(
    "options, budget, fits",
    [
        (["random_horizontal_flip", "random_adjust_hue"], 270_000, True),
        ([], 269_999, False),
        (["random_horizontal_flip", "ssd_random_crop"], 10**9, False),
        (["random_pad_image"], 10**9, False),
    ],
    ids=["fits", "too much memory", "a crop wants the stored pixels", "a canvas changes the size"],
)
def test_a_cache_is_for_small_sets_whose_images_keep_their_size(options: list[str], budget: int, fits: bool):
    text = " ".join(f"data_augmentation_options {{ {name} {{ }} }}" for name in options)
    stated = parse_config(f"train_config {{ {text} }}", "x.config").train_config.data_augmentation_options
    assert cache_fits(1, (300, 300), stated, budget=budget) == fits
