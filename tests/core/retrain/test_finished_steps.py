from pathlib import Path

from boxwright.core.retrain.finished_steps import FinishedSteps


def test_finished_steps_are_found_again_with_their_facts(tmp_path: Path):
    path = tmp_path / "steps.json"
    FinishedSteps(path, ["a", None, 1]).finish("baked", {"minutes": 3})
    assert FinishedSteps(path, ["a", None, 1]).done == {"baked": {"minutes": 3}}


def test_steps_of_other_settings_do_not_count(tmp_path: Path):
    path = tmp_path / "steps.json"
    FinishedSteps(path, {"heat": 180}).finish("baked")
    assert FinishedSteps(path, {"heat": 200}).done == {}


def test_a_file_that_cannot_be_read_is_no_finished_step(tmp_path: Path):
    path = tmp_path / "steps.json"
    for text in ("{", "[]", '"done"'):
        path.write_text(text)
        assert FinishedSteps(path, 1).done == {}
