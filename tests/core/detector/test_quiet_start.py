import os
import subprocess
import sys

import pytest

from boxwright.core.detector import quiet_start
from boxwright.core.detector.quiet_start import of_importance


def boxwright(*arguments, **environment) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "boxwright.cli", *map(str, arguments)]
    unset = {name: value for name, value in os.environ.items() if name != quiet_start.LEVEL}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=unset | environment)


def test_a_command_says_nothing_but_its_own(tmp_path):
    result = boxwright("detect", tmp_path / "none", tmp_path / "image.jpg")
    assert result.stderr == (
        f"boxwright: {tmp_path / 'none'} does not exist\n"
        "  hint: name a run's directory, a SavedModel's folder or a frozen graph's .pb file\n"
    )


def test_who_sets_the_log_level_sees_what_tensorflow_says(tmp_path):
    result = boxwright("detect", tmp_path / "none", tmp_path / "image.jpg", TF_CPP_MIN_LOG_LEVEL="0")
    assert "port.cc" in result.stderr or "cpu_feature_guard.cc" in result.stderr


@pytest.mark.parametrize(
    "line",
    [
        "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n",
        "I0000 00:00:1795454757.267715   19867 port.cc:153] oneDNN custom operations are on.\n",
        "2026-11-23 17:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow\n",
        "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow\n",
    ],
)
def test_information_on_the_machine_is_left_out(line):
    assert not of_importance(line)


@pytest.mark.parametrize(
    "line",
    [
        "W0000 00:00:1795454757.267715   19867 gpu_device.cc:2341] Cannot dlopen some GPU libraries.\n",
        "E0000 00:00:1795454757.267715   19867 cuda_dnn.cc:8579] Unable to register cuDNN factory\n",
        "ImportError: libstdc++.so.6: cannot open shared object file\n",
    ],
)
def test_warnings_and_errors_are_passed_on(line):
    assert of_importance(line)


def test_with_a_graphics_card_warnings_are_logged_without_one_no_errors(tmp_path, monkeypatch):
    monkeypatch.setattr(quiet_start, "NVIDIA", tmp_path / "absent")
    assert quiet_start.level() == "3"
    monkeypatch.setattr(quiet_start, "NVIDIA", tmp_path)
    assert quiet_start.level() == "1"
