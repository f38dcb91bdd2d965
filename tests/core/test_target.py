"""Targets: whole or not at all, whatever ends a run, and nothing else left behind."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from boxwright.core import target as module
from boxwright.core.errors import WriteError
from boxwright.core.manifest import write_manifest
from boxwright.core.target import finished, staged

PLAN = {"tool": "boxwright", "version": "1", "source": {"format": "coco"}, "target": None, "seed": 0}
OTHER = {**PLAN, "seed": 1}
OVERWRITE = "  hint: choose another folder, or --overwrite it"
FOREIGN = "  hint: choose another folder; --overwrite replaces boxwright's own only"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A target in a folder of its own, which shows all that is left behind."""
    (tmp_path / "all").mkdir()
    return tmp_path / "all" / "out"


def tree(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def make(out: Path, plan: dict[str, object] = PLAN, text: str = "1", overwrite: bool = False) -> None:
    with staged(out, plan, overwrite=overwrite) as work:
        (work / "data").mkdir(exist_ok=True)
        (work / "data" / "a.txt").write_text(text)
        write_manifest(work, "out", plan)


def refusal(out: Path, plan: dict[str, object] = PLAN, overwrite: bool = False) -> str:
    with pytest.raises(WriteError) as caught:
        make(out, plan, overwrite=overwrite)
    return str(caught.value)


DONE = ["out", "out/data", "out/data/a.txt", "out/out_manifest.json"]


# Whole or nothing.


def test_a_target_appears_when_its_block_ends(out: Path):
    with staged(out, PLAN, overwrite=False) as work:
        (work / "a.txt").write_text("1")
        assert not out.exists() and work == out.with_name(".out.partial")
    assert tree(out.parent) == ["out", "out/a.txt"]


def test_folders_above_the_target_are_made(out: Path):
    make(out / "deep" / "er")
    assert (out / "deep" / "er" / "data" / "a.txt").read_text() == "1"


def test_an_existing_empty_folder_is_filled(out: Path):
    out.mkdir()
    make(out)
    assert tree(out.parent) == DONE


def test_a_link_to_a_folder_stays_a_link(out: Path, tmp_path: Path):
    (tmp_path / "disk").mkdir()
    out.symlink_to(tmp_path / "disk")
    for text in ("1", "2"):
        make(out, text=text, overwrite=True)
        assert out.is_symlink() and (tmp_path / "disk" / "data" / "a.txt").read_text() == text
    assert sorted(os.listdir(tmp_path)) == ["all", "disk"]


def test_a_relative_target_does_not_follow_the_working_folder(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(out.parent)
    with staged(Path("out"), PLAN, overwrite=False) as work:
        (work / "a.txt").touch()
        os.chdir(tmp_path)
    assert tree(out.parent) == ["out", "out/a.txt"]


@pytest.mark.parametrize("error", [ValueError("a bug"), WriteError("cannot hold it")])
@pytest.mark.parametrize("parent", [True, False])
def test_an_error_leaves_nothing_behind(out: Path, error: Exception, parent: bool):
    target = out if parent else out / "new" / "folders"
    with pytest.raises(type(error)) as caught, staged(target, PLAN, overwrite=False) as work:
        (work / "data").mkdir()
        raise error
    assert caught.value is error and tree(out.parent) == []


def test_an_error_leaves_the_old_result_alone(out: Path):
    make(out)
    with pytest.raises(ValueError), staged(out, OTHER, overwrite=True) as work:
        (work / "half").touch()
        raise ValueError
    assert tree(out.parent) == DONE


def test_an_interrupt_leaves_the_work_and_the_next_run_goes_on(out: Path):
    with pytest.raises(KeyboardInterrupt), staged(out, PLAN, overwrite=False) as work:
        (work / "first.txt").write_text("done")
        raise KeyboardInterrupt
    assert not out.exists()
    with staged(out, PLAN, overwrite=False) as work:
        assert (work / "first.txt").read_text() == "done"
    assert tree(out.parent) == ["out", "out/first.txt"]


NO_SOURCE = {**PLAN, "source": None}


# Without a source nobody knows whether the records are the same.
@pytest.mark.parametrize("first, second", [(PLAN, OTHER), (NO_SOURCE, NO_SOURCE), (PLAN, NO_SOURCE)])
def test_work_that_may_be_anothers_is_cleared(out: Path, first: dict[str, object], second: dict[str, object]):
    with pytest.raises(KeyboardInterrupt), staged(out, first, overwrite=False) as work:
        (work / "data").mkdir()
        (work / "data" / "old.txt").touch()
        raise KeyboardInterrupt
    with staged(out, second, overwrite=False) as work:
        assert tree(work) == [".plan.json"]


def test_clearing_does_not_follow_links(out: Path, tmp_path: Path):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "a").touch()
    with pytest.raises(KeyboardInterrupt), staged(out, PLAN, overwrite=False) as work:
        (work / "link").symlink_to(tmp_path / "precious")
        raise KeyboardInterrupt
    make(out, OTHER)
    assert (tmp_path / "precious" / "a").exists() and tree(out.parent) == DONE


CHILD = """
import sys, time
from pathlib import Path
from boxwright.core.target import staged
with staged(Path(sys.argv[1]), {plan!r}, overwrite=False) as work:
    (work / "first.txt").write_text("done")
    print("inside", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def child(out: Path):
    """Another process that is in the middle of writing the same target."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(plan=PLAN), str(out)], stdout=subprocess.PIPE, text=True, cwd="/"
    )
    assert process.stdout is not None and process.stdout.readline() == "inside\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_two_runs_never_write_to_one_target(out: Path, child: "subprocess.Popen[str]"):
    who = f" (process {child.pid})" if module.LOCKS.exists() else ""
    expected = (
        f"another run{who} is writing to {out.with_name('.out.partial')}\n  hint: wait for it, or end it"
    )
    assert refusal(out) == refusal(out, OTHER) == expected
    assert tree(out.parent) == [".out.partial", ".out.partial/.plan.json", ".out.partial/first.txt"]


def test_a_killed_run_leaves_its_work_and_the_next_one_goes_on(out: Path, child: "subprocess.Popen[str]"):
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not out.exists()
    with staged(out, PLAN, overwrite=False) as work:
        assert (work / "first.txt").read_text() == "done"
    assert tree(out.parent) == ["out", "out/first.txt"]


# What is there already.


def test_a_finished_target_is_known_by_its_plan_and_by_its_files(out: Path):
    assert finished(out, PLAN) is None
    make(out)
    assert finished(out, PLAN) is not None
    assert finished(out, OTHER) is None
    (out / "more").write_text("…")
    assert finished(out, PLAN) is None
    held = "this conversion's result, but some of its files were changed, added or removed since"
    assert refusal(out, PLAN) == f"{out} holds {held}\n{OVERWRITE}"


def test_another_conversions_result_is_refused_with_the_differences(out: Path):
    make(out)
    fact = f"{out} holds the result of another conversion: seed: 0 there, 1 wanted"
    assert refusal(out, OTHER) == f"{fact}\n{OVERWRITE}"
    assert tree(out.parent) == DONE


def test_a_finished_result_is_refused_where_it_cannot_be_compared(out: Path):
    make(out)
    assert refusal(out) == f"{out} holds a finished result already\n{OVERWRITE}"


def test_a_result_is_replaced_where_that_is_wanted(out: Path):
    make(out)
    (out / "stale.txt").touch()
    make(out, OTHER, "2", overwrite=True)
    assert tree(out.parent) == DONE and (out / "data" / "a.txt").read_text() == "2"


def test_without_the_systems_list_of_locks_another_run_is_told_all_the_same(
    out: Path, child: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LOCKS", out / "nowhere")
    assert refusal(out).startswith(f"another run is writing to {out.with_name('.out.partial')}\n")


@pytest.mark.parametrize("overwrite", [False, True])
def test_foreign_files_are_never_replaced(out: Path, overwrite: bool):
    out.mkdir()
    (out / "thesis.tex").touch()
    assert refusal(out, overwrite=overwrite) == f"{out} holds other files\n{FOREIGN}"
    assert tree(out.parent) == ["out", "out/thesis.tex"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_file_in_the_way_is_never_replaced(out: Path, overwrite: bool):
    out.write_text("precious")
    assert refusal(out, overwrite=overwrite) == f"{out} is a file\n{FOREIGN}"
    assert out.read_text() == "precious" and tree(out.parent) == ["out"]


def test_a_file_in_place_of_a_folder_above_is_named(out: Path):
    out.write_text("precious")
    assert refusal(out / "below" / "it") == f"cannot write {out / 'below'}: Not a directory"
    assert refusal(out / "below") == f"cannot write {out}: File exists"
    assert tree(out.parent) == ["out"]


def test_a_file_in_place_of_the_work_is_named(out: Path):
    work = out.with_name(".out.partial")
    work.touch()
    assert refusal(out) == f"cannot write {work}: File exists"


def test_what_cannot_be_read_is_not_said_to_be_written(out: Path):
    source = out.parent / "out-of-reach.jpg"  # beside the target, with a name that begins alike
    with pytest.raises(WriteError) as caught, staged(out, PLAN, overwrite=False):
        source.read_bytes()
    assert str(caught.value) == (
        f"cannot read {source}: No such file or directory\n  hint: does something change the source?"
    )
    assert tree(out.parent) == []


def test_what_cannot_be_written_is_named(out: Path):
    with pytest.raises(WriteError) as caught, staged(out, PLAN, overwrite=False) as work:
        (work / "no folder" / "a").touch()
    assert str(caught.value) == f"cannot write {work / 'no folder' / 'a'}: No such file or directory"


# Kills in the middle of the exchange.


def killed_at(step: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace a result, and die after this step of putting the new one in its place."""

    class Killed(BaseException):
        """No error that anybody handles, as a SIGKILL."""

    def die(*_: object, **__: object) -> None:
        raise Killed

    rename = Path.rename
    with (
        monkeypatch.context() as patch,
        pytest.raises(Killed),
        staged(out, OTHER, overwrite=True) as work,
    ):
        (work / "new.txt").touch()
        write_manifest(work, "out", OTHER)
        if step == "old aside":
            patch.setattr(Path, "rename", lambda path, to: die() if path == work else rename(path, to))
        else:
            patch.setattr(shutil, "rmtree", die)


def test_a_kill_between_the_two_renames_brings_the_old_result_back(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    make(out)
    killed_at("old aside", out, monkeypatch)
    assert sorted(os.listdir(out.parent)) == [".out.partial", ".out.replaced"]
    fact = f"{out} holds the result of another conversion: seed: 0 there, 1 wanted"
    assert refusal(out, OTHER) == f"{fact}\n{OVERWRITE}"
    assert finished(out, PLAN)
    make(out, OTHER, "2", overwrite=True)
    assert tree(out.parent) == DONE and (out / "data" / "a.txt").read_text() == "2"


def test_a_kill_after_both_renames_leaves_the_new_result(out: Path, monkeypatch: pytest.MonkeyPatch):
    make(out)
    killed_at("new in place", out, monkeypatch)
    assert sorted(os.listdir(out.parent)) == [".out.replaced", "out"]
    assert finished(out, OTHER)
    make(out, PLAN, overwrite=True)
    assert tree(out.parent) == DONE


def test_a_result_that_came_while_we_came_to_the_lock_is_not_replaced(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    lock = module._lock

    def late(handle: int, work: Path) -> None:
        lock(handle, work)
        out.mkdir()
        write_manifest(out, "out", OTHER)

    monkeypatch.setattr(module, "_lock", late)
    fact = f"{out} holds the result of another conversion: seed: 1 there, 0 wanted"
    assert refusal(out) == f"{fact}\n{OVERWRITE}"
    assert tree(out.parent) == ["out", "out/out_manifest.json"]


def test_a_work_folder_that_was_renamed_under_the_lock_is_not_ours(
    out: Path, monkeypatch: pytest.MonkeyPatch
):
    opened = os.open

    def renamed(path: Path, flags: int) -> int:
        handle = opened(path, flags)
        Path(path).rename(out)
        return handle

    monkeypatch.setattr(module.os, "open", renamed)
    assert refusal(out).startswith("another run is writing to ")
