"""What goes wrong around a conversion: a full disk, a folder of others, a source that changes, a kill.

Each is a clear message, leaves nothing half-written under a final name, and the next run finishes.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import boxwright
from boxwright.core.images.image_file import Placement
from boxwright.core.schema import Dataset, ImageRecord

FORMATS = ("tfrecord", "coco", "pascal_voc", "kitti", "jsonl")
NOBODY = 65534  # the user without rights of most systems
SIDE = 60  # noise of 60 x 60 x 3 bytes does not get smaller as a PNG: about 11 kB
AGAIN = "run the same command again to finish\n"


def make_source(root: Path, count: int) -> Path:
    """A jsonl data set of noise, 20 boxes an image: room is taken by images, and by boxes without them."""
    (root / "images").mkdir(parents=True)
    edges = {"x_min": 1, "y_min": 2, "x_max": 30.5, "y_max": 40}
    lines: list[dict[str, object]] = [{"format": "boxwright", "version": 1}]
    for number in range(count):
        image = Image.frombytes("RGB", (SIDE, SIDE), os.urandom(3 * SIDE * SIDE))
        image.save(root / f"images/{number}.png", compress_level=0)
        boxes = [{"label": f"label{each}", **edges} for each in range(20)]
        lines.append({"path": f"{number}.png", "width": SIDE, "height": SIDE, "boxes": boxes})
    (root / "annotations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return root


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight images, never changed by a test."""
    return make_source(tmp_path_factory.mktemp("source") / "zoo", 8)


@pytest.fixture
def own_source(tmp_path: Path) -> Path:
    """Eight images that a test may change."""
    return make_source(tmp_path / "zoo", 8)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A target in a folder of its own, which shows all that is left behind."""
    (tmp_path / "all").mkdir()
    return tmp_path / "all" / "out"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "boxwright.cli", "convert", *map(str, arguments)]


def run(*arguments: object, **process: Any) -> tuple[int, str]:
    """The exit code and what was said of `boxwright convert`; nothing but a message may be said."""
    result = subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, cwd="/", **process
    )
    return result.returncode, result.stderr


def refusal(*arguments: Any, **options: Any) -> str:
    with pytest.raises(boxwright.BoxwrightError) as caught:
        boxwright.convert(*arguments, **options)
    return str(caught.value)


def told_of_room(folder: Path, target: Path) -> str:
    """The message about a full disk, told when the unfinished work is gone."""
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    size = f"{free} bytes" if free < 1000 else f"{free / 1000:.1f} kB"
    return (
        f"cannot write {target}: No space left on device\n"
        f"  hint: {size} and {disk.f_favail} files are free there:"
        " make room, or choose a folder on another disk"
    )


# A full disk.


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Callable[[int], Path]]:
    """Mount a disk of so many kB at one place, or give the one that is there that size."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def sized(kilobytes: int) -> Path:
        size = f"size={kilobytes}k" if not os.path.ismount(folder) else f"remount,size={kilobytes}k"
        mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
        try:
            subprocess.run(mount, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no disk can be mounted here: {getattr(error, 'stderr', error)}")
        return folder

    yield sized
    if os.path.ismount(folder):
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("images, room", [("copy", 60), ("none", 12)])
@pytest.mark.parametrize("name", FORMATS)
def test_a_full_disk_is_told_and_with_room_the_same_conversion_finishes(
    name: str, images: Placement, room: int, source: Path, tmp_path: Path, small_disk: Callable[[int], Path]
):
    disk = small_disk(room)
    assert refusal(source, disk / "out", to=name, images=images) == told_of_room(disk, disk / "out")
    assert list(disk.iterdir()) == []
    small_disk(1000)
    for target in (disk / "out", tmp_path / "undisturbed"):
        boxwright.convert(source, target, to=name, images=images, name="zoo")
    assert contents(disk / "out") == contents(tmp_path / "undisturbed")


def test_a_full_disk_ends_the_command_with_a_message(source: Path, small_disk: Callable[[int], Path]):
    disk = small_disk(60)
    code, said = run(source, disk / "out", "--to", "pascal_voc", "--workers", 2)
    assert (code, said) == (2, f"boxwright: {told_of_room(disk, disk / 'out')}\n")
    assert list(disk.iterdir()) == []


def test_a_full_disk_is_told_by_write_too(source: Path, small_disk: Callable[[int], Path]):
    disk = small_disk(60)
    with pytest.raises(boxwright.WriteError) as caught:
        boxwright.write(boxwright.read(source), disk / "out", format="kitti")
    assert str(caught.value) == told_of_room(disk, disk / "out")
    assert list(disk.iterdir()) == []


def test_a_full_disk_leaves_the_old_result_alone(source: Path, small_disk: Callable[[int], Path]):
    disk = small_disk(60)
    boxwright.convert(source, disk / "out", to="jsonl", images="none")
    before = contents(disk / "out")
    said = refusal(source, disk / "out", to="jsonl", overwrite=True)
    assert said == told_of_room(disk, disk / "out")
    assert contents(disk / "out") == before and os.listdir(disk) == ["out"]


@contextmanager
def no_file_above(size: int) -> Generator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_may_not_grow_is_told_and_without_the_limit_the_conversion_finishes(
    name: str, source: Path, out: Path, tmp_path: Path
):
    with no_file_above(4000):
        said = refusal(source, out, to=name)
    assert said.startswith(f"cannot write {out.parent}/") and said.endswith(
        ": File too large\n  hint: raise `ulimit -f`, or choose a disk that takes bigger files"
    )
    assert os.listdir(out.parent) == []
    for target in (out, tmp_path / "undisturbed"):
        boxwright.convert(source, target, to=name, name="zoo")
    assert contents(out) == contents(tmp_path / "undisturbed")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_problems_that_cannot_be_written_are_told(own_source: Path, out: Path):
    (own_source / "images/3.png").unlink()
    code, said = run(own_source, out, "--to", "coco", "--problems", "/dev/full")
    assert (code, said) == (
        2,
        "boxwright: cannot write /dev/full: No space left on device\n  hint: --problems names another file\n",
    )
    assert os.listdir(out.parent) == []


# A folder that is not ours.


@pytest.mark.parametrize("target", ["out", "new/folders/out"])
def test_a_disk_that_only_reads_is_told(target: str, source: Path, small_disk: Callable[[int], Path]):
    disk = small_disk(60)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    first = ".out.partial" if target == "out" else "new"
    assert refusal(source, disk / target, to="coco") == (
        f"cannot write {disk / first}: Read-only file system\n  hint: write to a folder that you may change"
    )


def test_a_result_on_a_disk_that_only_reads_is_known(source: Path, small_disk: Callable[[int], Path]):
    disk = small_disk(1000)
    boxwright.convert(source, disk / "out", to="coco")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert boxwright.convert(source, disk / "out", to="coco").unchanged


@pytest.fixture
def visible() -> Iterator[Path]:
    """A folder that every user can reach: pytest's own are its user's."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@contextmanager
def as_nobody() -> Generator[None]:
    """Who is root may write anywhere; anybody else is not asked to become another."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode, refused", [(0o555, ".out.partial"), (0o000, "out")])
def test_a_folder_of_somebody_else_is_told(mode: int, refused: str, visible: Path):
    source = make_source(visible / "zoo", 1)
    boxwright.convert(source, visible / "first", to="coco")  # as nobody, Python may be unable to import more
    closed = visible / "closed"
    closed.mkdir(mode=mode)
    with as_nobody():
        said = refusal(source, closed / "out", to="coco")
    closed.chmod(0o755)
    assert said == (
        f"cannot write {closed / refused}: Permission denied\n  hint: write to a folder that you may change"
    )
    assert list(closed.iterdir()) == []


def test_a_file_of_somebody_else_beside_the_source_is_none_of_it(visible: Path):
    source = make_source(visible / "zoo", 1)
    boxwright.convert(source, visible / "first", to="coco")
    (source / "secret.txt").touch(mode=0)
    visible.chmod(0o777)
    with as_nobody():
        boxwright.convert(source / "annotations.jsonl", visible / "out", to="coco")


@pytest.mark.parametrize("name", ["annotations.jsonl", "images"])
def test_a_source_of_somebody_else_is_told(name: str, visible: Path):
    source = make_source(visible / "zoo", 1)
    boxwright.convert(source, visible / "first", to="coco")
    (source / name).chmod(0)
    with as_nobody():
        said = refusal(source, visible / "out", to="coco", format="jsonl")
    (source / name).chmod(0o755)
    assert said == f"{source / name}: cannot be read: Permission denied"


def test_a_link_that_leads_to_itself_is_told(source: Path, out: Path):
    out.symlink_to(out)
    assert refusal(source, out, to="coco") == (
        f"{out} is a link that leads back to itself\n  hint: choose another folder"
    )


# A source that changes.


def midway(change: Callable[[], object], after: int) -> Callable[[Dataset], Dataset]:
    """A progress that changes something when so many records have been read, in the first pass alone."""
    passes: list[Dataset] = []

    def watched(records: Dataset) -> Dataset:
        passes.append(records)
        first = len(passes) == 1

        def scan() -> Iterator[ImageRecord]:
            for number, record in enumerate(records, start=1):
                yield record
                if first and number == after:
                    change()

        return records.derive(scan, records.declared_labels)

    return watched


CHANGED = (
    ": changed while the data set was being read\n"
    "  hint: run the same command again when nothing writes to the source"
)


@pytest.mark.parametrize("name", FORMATS)
def test_annotations_that_change_are_told_and_the_next_run_has_the_new_ones(
    name: str, own_source: Path, out: Path, tmp_path: Path
):
    file = own_source / "annotations.jsonl"
    text = file.read_text().replace('"x_min": 1', '"x_min": 3')
    progress = midway(lambda: file.write_text(text), after=8)
    assert refusal(own_source, out, to=name, progress=progress) == f"{file}{CHANGED}"
    assert os.listdir(out.parent) == []
    for target in (out, tmp_path / "undisturbed"):
        boxwright.convert(own_source, target, to=name, name="zoo")
    assert contents(out) == contents(tmp_path / "undisturbed")


@pytest.mark.parametrize("change", ["gone", "more"])
def test_files_that_come_and_go_are_told(change: str, own_source: Path, out: Path):
    file = own_source / "images" / ("0.png" if change == "gone" else "9.png")
    progress = midway(file.unlink if change == "gone" else file.touch, after=3)
    place = own_source if change == "gone" else file
    assert refusal(own_source, out, to="jsonl", progress=progress) == f"{place}{CHANGED}"
    assert os.listdir(out.parent) == []


def test_a_source_that_is_gone_is_told(own_source: Path, out: Path):
    progress = midway(lambda: own_source.rename(own_source.with_name("moved")), after=8)
    said = refusal(own_source, out, to="jsonl", images="none", progress=progress)
    assert said == f"{own_source}{CHANGED}"


def test_files_that_are_touched_but_the_same_are_no_change(own_source: Path, out: Path):
    progress = midway(lambda: os.utime(own_source / "annotations.jsonl", (1, 1)), after=3)
    assert boxwright.convert(own_source, out, to="jsonl", progress=progress).images == 8


@pytest.mark.parametrize("name", FORMATS)
def test_an_image_that_vanishes_before_it_is_read_is_told(name: str, own_source: Path, out: Path):
    image = own_source / "images/5.png"
    said = refusal(own_source, out, to=name, progress=midway(image.unlink, after=3))
    # A record without its image is fine for label work, were it not that the source has changed.
    assert said == f"{own_source}{CHANGED}"
    assert os.listdir(out.parent) == []


def test_an_image_that_vanishes_before_it_is_copied_is_told(own_source: Path, out: Path):
    image = own_source / "images/0.png"

    def gone(records: Dataset) -> Dataset:
        return records.derive(lambda: ((image.unlink(missing_ok=True), each)[1] for each in records))

    assert refusal(own_source, out, to="coco", progress=gone) == (
        f"cannot read {image}: No such file or directory\n  hint: does something change the source?"
    )
    assert os.listdir(out.parent) == []


@pytest.mark.parametrize("size", [0, 5000, 20000])
def test_an_image_that_shrinks_or_grows_before_it_is_copied_is_told(size: int, own_source: Path, out: Path):
    image = own_source / "images/7.png"

    def cut(records: Dataset) -> Dataset:
        return records.derive(lambda: ((os.truncate(image, size), each)[1] for each in records))

    assert refusal(own_source, out, to="kitti", progress=cut).endswith(f"{image}{CHANGED}")
    assert os.listdir(out.parent) == []


# Kills.


@pytest.fixture(scope="module")
def big_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough to be killed in the middle of."""
    return make_source(tmp_path_factory.mktemp("big") / "zoo", 400)


@pytest.fixture
def ctrl_c() -> Generator[None]:
    """Ctrl-C as a terminal has it: what a script starts in the background inherits that it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def at_work(out: Path, *arguments: object) -> Generator["subprocess.Popen[str]"]:
    """A conversion that is stopped, as Ctrl-Z does, with some of its work done."""
    work = out.with_name(".out.partial")
    process = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, text=True, cwd="/")
    try:
        while process.poll() is None and not (work / ".plan.json").exists():
            time.sleep(0.001)
        process.send_signal(signal.SIGSTOP)
        assert process.poll() is None and not out.exists()
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


def ended(process: "subprocess.Popen[str]", number: signal.Signals) -> tuple[int, str]:
    process.send_signal(number)
    process.send_signal(signal.SIGCONT)
    _, said = process.communicate()
    return process.returncode, said


KILLS = {
    signal.SIGINT: (130, f"boxwright: interrupted; {AGAIN}"),
    signal.SIGTERM: (143, f"boxwright: terminated; {AGAIN}"),
    signal.SIGKILL: (-9, ""),
}


@pytest.mark.parametrize(
    "name, number",
    [
        ("tfrecord", signal.SIGINT),
        ("coco", signal.SIGTERM),
        ("kitti", signal.SIGKILL),
        *(
            pytest.param(name, number, marks=pytest.mark.slow)
            for name in FORMATS
            for number in KILLS
            if (name, number)
            not in (("tfrecord", signal.SIGINT), ("coco", signal.SIGTERM), ("kitti", signal.SIGKILL))
        ),
    ],
)
@pytest.mark.usefixtures("ctrl_c")
def test_a_killed_run_says_so_and_the_next_one_finishes(
    name: str, number: signal.Signals, big_source: Path, out: Path, tmp_path: Path
):
    arguments = (big_source, out, "--to", name, "--workers", 2, "--name", "zoo")
    with at_work(out, *arguments) as process:
        assert ended(process, number) == KILLS[number]
    assert os.listdir(out.parent) == [".out.partial"]
    assert run(*arguments) == (0, "")
    boxwright.convert(big_source, tmp_path / "undisturbed", to=name, name="zoo")
    assert contents(out) == contents(tmp_path / "undisturbed")
    assert os.listdir(out.parent) == ["out"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_kill_at_any_time_leaves_nothing_half_written(
    name: str, big_source: Path, out: Path, tmp_path: Path
):
    boxwright.convert(big_source, tmp_path / "undisturbed", to=name, name="zoo")
    expected = contents(tmp_path / "undisturbed")
    arguments = (big_source, out, "--to", name, "--workers", 2, "--name", "zoo", "--overwrite")
    for wait in range(12):
        process = subprocess.Popen(command(*arguments), stderr=subprocess.DEVNULL, cwd="/")
        time.sleep(0.3 + 0.1 * wait)
        process.kill()
        process.wait()
        assert not out.exists() or contents(out) == expected
    assert run(*arguments) == (0, "")
    assert contents(out) == expected and os.listdir(out.parent) == ["out"]


def test_the_second_of_two_runs_is_told_who_is_at_work_and_goes_on_after_a_kill(big_source: Path, out: Path):
    arguments = (big_source, out, "--to", "tfrecord", "--images", "none")
    with at_work(out, *arguments) as first:
        who = f" (process {first.pid})" if os.path.exists("/proc/locks") else ""
        said = f"boxwright: another run{who} is writing to {out.with_name('.out.partial')}\n"
        assert run(*arguments) == (2, f"{said}  hint: wait for it, or end it\n")
        ended(first, signal.SIGKILL)
    assert run(*arguments) == (0, "")
    assert os.listdir(out.parent) == ["out"]
