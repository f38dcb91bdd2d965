from pathlib import Path

import pytest

from boxwright.core.detector.settings import run_config
from boxwright.core.errors import BoxwrightError
from boxwright.core.pipeline.shipped_configs import shipped_config


def test_a_word_names_a_config_that_comes_along():
    named = run_config(Path("ssd_mobilenet_v2_quick"))
    assert named == run_config(shipped_config("ssd_mobilenet_v2_quick"))


def test_a_file_that_is_not_there_is_no_name():
    with pytest.raises(BoxwrightError) as caught:
        run_config(Path("nowhere/ssd_mobilenet_v2_quick"))
    assert str(caught.value) == "nowhere/ssd_mobilenet_v2_quick: cannot be read: No such file or directory"
