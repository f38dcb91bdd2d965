"""Which prefix a path, a folder or a name means, and what is said where there is no checkpoint."""

from pathlib import Path

import pytest

from boxwright.core.detector.checkpoint_prefix import check_start, prefix_of
from boxwright.core.errors import BoxwrightError

HINT = "\n  hint: a checkpoint is named without .index and .data-00000-of-00001"


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A run's only checkpoint, as far as its name goes."""
    found = tmp_path / "checkpoints/model.ckpt-5000"
    found.parent.mkdir()
    found.with_name("model.ckpt-5000.index").touch()
    return found


def missing(path: Path | str) -> str:
    with pytest.raises(BoxwrightError) as caught:
        prefix_of(path)
    return str(caught.value)


def test_a_checkpoint_is_found_by_its_files_its_folder_and_its_run(prefix: Path, tmp_path: Path):
    for path in (prefix, f"{prefix}.index", f"{prefix}.data-00000-of-00001", prefix.parent, tmp_path):
        assert prefix_of(path) == prefix
    assert missing(tmp_path / "model.ckpt") == f"{tmp_path}/model.ckpt: no such checkpoint{HINT}"


def test_a_misspelt_checkpoint_gets_the_nearest_in_its_folder(prefix: Path):
    path = prefix.with_name("model.ckpt-500")
    assert missing(path) == f"{path}: no such checkpoint; did you mean 'model.ckpt-5000'?{HINT}"


def test_a_misspelt_model_gets_the_nearest_that_can_be_fetched():
    fact = "ssd_mobilenet_v1_coc: no such checkpoint; did you mean 'ssd_mobilenet_v1_coco'?"
    assert missing("ssd_mobilenet_v1_coc") == f"{fact}{HINT}"


def test_a_run_needs_its_start_until_it_has_a_checkpoint_of_its_own(prefix: Path, tmp_path: Path):
    check_start("nowhere", prefix.parent)
    check_start(None, tmp_path)
    check_start(str(prefix), tmp_path)
    with pytest.raises(BoxwrightError, match="nowhere: no such checkpoint"):
        check_start("nowhere", tmp_path)
