import numpy as np
import pytest

from boxwright.core.detector.initializers import (
    Initializer,
    Normal,
    TruncatedNormal,
    VarianceScaling,
    weights_initializer,
)
from boxwright.core.pipeline.config_error import ConfigError
from boxwright.core.pipeline.hyperparams import (
    Hyperparams,
    RandomNormalInitializer,
    TruncatedNormalInitializer,
    VarianceScalingInitializer,
)
from boxwright.core.pipeline.hyperparams import Initializer as Stated

SHAPE = (3, 3, 64, 128)
TRUNCATED = 0.87962566  # the standard deviation that is left of 1 within two of them


@pytest.mark.parametrize(
    "initializer, stddev",
    [
        (Normal(1.0, 0.5), 0.5),
        (TruncatedNormal(1.0, 0.5), 0.5 * TRUNCATED),
        (VarianceScaling(2.0, "FAN_IN", True), (2 / (9 * 64)) ** 0.5),
        (VarianceScaling(2.0, "FAN_OUT", True), (2 / (9 * 128)) ** 0.5),
        (VarianceScaling(2.0, "FAN_AVG", True), (2 / (9 * 96)) ** 0.5),
        (VarianceScaling(2.0, "FAN_IN", False), (2.6 / (9 * 64)) ** 0.5 * TRUNCATED),
    ],
)
def test_values_have_the_stated_spread(initializer: Initializer, stddev: float):
    values = initializer.draw(SHAPE, (1, 2)).numpy()
    assert values.shape == SHAPE and values.dtype == np.float32
    assert np.std(values) == pytest.approx(stddev, rel=0.01)
    assert np.mean(values) == pytest.approx(getattr(initializer, "mean", 0.0), abs=0.01)


def test_a_truncated_value_is_within_two_standard_deviations():
    values = TruncatedNormal(1.0, 0.5).draw(SHAPE, (1, 2)).numpy()
    assert np.abs(values - 1.0).max() <= 1.0


@pytest.mark.parametrize(
    "stated, initializer",
    [
        (
            Stated(truncated_normal_initializer=TruncatedNormalInitializer(mean=0.1, stddev=0.2)),
            TruncatedNormal(0.1, 0.2),
        ),
        (Stated(random_normal_initializer=RandomNormalInitializer(mean=0.1, stddev=0.2)), Normal(0.1, 0.2)),
        (
            Stated(variance_scaling_initializer=VarianceScalingInitializer(mode="FAN_AVG")),
            VarianceScaling(2.0, "FAN_AVG", False),
        ),
    ],
)
def test_a_config_chooses_the_initializer(stated: Stated, initializer: Initializer):
    assert weights_initializer(Hyperparams(initializer=stated)) == initializer


def test_a_config_without_initializer_is_an_error():
    with pytest.raises(ConfigError) as caught:
        weights_initializer(Hyperparams())
    assert str(caught.value) == (
        "conv_hyperparams: states no initializer\n"
        "  hint: initializer { truncated_normal_initializer { stddev: 0.03 } }"
    )
