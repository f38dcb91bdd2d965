"""Fetching, whole: mirrors, kills, two at once, what is there already, and folders others understand."""

import io
import os
import resource
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import boxwright
from boxwright.cli import main
from boxwright.core.demo.egohands import generate
from boxwright.core.errors import BoxwrightError, OptionError, WriteError
from boxwright.core.fetch import egohands, zoo
from boxwright.core.fetch.download import Patience
from boxwright.core.fetch.fetch import Fetched, fetch, fetch_item
from boxwright.core.fetch.fetched import fetched_checkpoint
from boxwright.core.fetch.item import Item
from tests.core.fetch.conftest import Server, tar_gz

MODEL = {
    "net_2018/model.ckpt.index": b"names",
    "net_2018/model.ckpt.data-00000-of-00001": os.urandom(400_000),
    "net_2018/pipeline.config": b"model {}",
}
ARCHIVE = tar_gz(MODEL)
NET = Item(
    name="net",
    kind="detection model",
    folder="net_2018",
    urls=(),
    size=None,
    digest=None,
    source="this test",
    fault=zoo.fault,
)
PATIENCE = Patience(timeout=30, attempts=2, pause=0.01)
INSIDE = ["model.ckpt.data-00000-of-00001", "model.ckpt.index", "net_manifest.json", "pipeline.config"]

Bring = Callable[..., Fetched]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A target in a folder of its own, which shows all that is left behind."""
    (tmp_path / "all").mkdir()
    return tmp_path / "all" / "net"


@pytest.fixture
def bring(out: Path) -> Bring:
    """Fetch an item from these addresses; `bring.said` is what the user was told."""

    def bring(*urls: str, item: Item = NET, overwrite: bool = False) -> Fetched:
        bring.said = []
        return fetch_item(item, out, urls=urls, overwrite=overwrite, patience=PATIENCE, say=bring.said.append)

    return bring


def failure(bring: Bring, *urls: str, **how: object) -> str:
    with pytest.raises(BoxwrightError) as caught:
        bring(*urls, **how)
    return str(caught.value)


def test_an_archive_becomes_a_folder_without_the_one_at_its_top(server: Server, bring: Bring, out: Path):
    url = server.serve("net.tar.gz", ARCHIVE)
    assert str(bring(url)) == f"net is in {out}"
    assert sorted(os.listdir(out)) == INSIDE and os.listdir(out.parent) == ["net"]
    data = out / "model.ckpt.data-00000-of-00001"
    assert data.read_bytes() == MODEL["net_2018/model.ckpt.data-00000-of-00001"]


def test_a_second_call_says_that_it_is_there_and_asks_nobody(server: Server, bring: Bring, out: Path):
    url = server.serve("net.tar.gz", ARCHIVE)
    bring(url)
    assert str(bring(url)) == f"net is already in {out}"
    assert len(server.requests) == 1 and bring.said == []


def test_what_was_changed_since_is_only_replaced_where_that_is_wanted(
    server: Server, bring: Bring, out: Path
):
    url = server.serve("net.tar.gz", ARCHIVE)
    bring(url)
    (out / "model.ckpt.index").unlink()
    assert failure(bring, url) == (
        f"{out} holds this conversion's result, but some of its files were changed, added or removed since\n"
        "  hint: choose another folder, or --overwrite it"
    )
    assert not bring(url, overwrite=True).unchanged
    assert sorted(os.listdir(out)) == INSIDE and os.listdir(out.parent) == ["net"]


def test_a_folder_of_others_is_refused_before_anything_is_asked_for(server: Server, bring: Bring, out: Path):
    out.mkdir()
    (out / "thesis.tex").touch()
    url = server.serve("net.tar.gz", ARCHIVE)
    assert failure(bring, url).startswith(f"{out} holds other files\n")
    assert server.requests == [] and os.listdir(out.parent) == ["net"]


def test_one_mirror_after_another_is_tried(server: Server, bring: Bring, out: Path):
    page = server.serve("page", b"<html>moved</html>", kind="text/html")
    cut = server.serve("cut", ARCHIVE[:-9])
    lies = server.serve("lies", ARCHIVE, lies=len(ARCHIVE) // 2)
    other = server.serve("other", tar_gz({"readme.txt": b"no checkpoint"}))
    good = server.serve("good", ARCHIVE)
    bring(f"{server.url}/gone", page, cut, lies, other, good)
    end = "is damaged: Compressed file ended before the end-of-stream marker was reached"
    assert bring.said == [
        f"fetching net from {server.url}/gone",
        "  HTTP 404 Not Found",
        f"fetching net from {page}",
        "  serves a web page, not an archive",
        f"fetching net from {cut}",
        f"  the archive {end}",
        f"fetching net from {lies}",
        f"  member 'net_2018/model.ckpt.data-00000-of-00001' {end}",
        f"fetching net from {other}",
        "  the archive is no model: it holds no checkpoint",
        f"fetching net from {good}",
    ]
    assert sorted(os.listdir(out)) == INSIDE and os.listdir(out.parent) == ["net"]


def test_when_no_mirror_serves_it_each_ones_reason_is_told(server: Server, bring: Bring, out: Path):
    page = server.serve("page", b"<html>moved</html>", kind="text/html")
    assert failure(bring, f"{server.url}/gone", page) == (
        "cannot fetch net:\n"
        f"    {server.url}/gone: HTTP 404 Not Found\n"
        f"    {page}: serves a web page, not an archive\n"
        "  hint: --url names another mirror"
    )
    assert os.listdir(out.parent) == []


def test_a_hostile_archive_leaves_nothing_behind(server: Server, bring: Bring, out: Path, tmp_path: Path):
    url = server.serve("evil", tar_gz({"model.ckpt.index": b"", "../../../evil": b""}))
    assert "member '../../../evil' leaves its folder" in failure(bring, url)
    assert os.listdir(out.parent) == [] and os.listdir(tmp_path) == ["all"]


def test_what_came_through_a_bad_connection_is_kept_for_the_next_call(
    server: Server, bring: Bring, out: Path
):
    page = server.serve("page", b"<html>moved</html>", kind="text/html")
    url = server.serve("net.tar.gz", ARCHIVE, drops=[100_000, 0])
    assert failure(bring, page, url).endswith(
        "  hint: what has come is kept, and the same command goes on from there; --url names another mirror"
    )
    assert os.listdir(out.parent) == [".net.download"]
    bring(page, url)
    assert bring.said == [f"fetching net from {url}"]  # it goes on there, and asks the others no more
    assert server.ranges()[-1] == "bytes=100000-" and os.listdir(out.parent) == ["net"]


CHILD = """
import sys
from pathlib import Path
from boxwright.core.fetch.fetch import fetch_item
from tests.core.fetch.test_fetch import NET
fetch_item(NET, Path(sys.argv[1]), urls=(sys.argv[2],), say=print)
"""


def child(out: Path, url: str, root: Path, **how: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", CHILD, str(out), url]
    return subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited for 30 s")


def test_after_a_kill_the_next_call_fetches_only_the_rest(
    server: Server, bring: Bring, out: Path, root: Path
):
    url = server.serve("net.tar.gz", ARCHIVE, slowly=0.2)
    part = out.with_name(".net.download") / "archive.part"
    with child(out, url, root) as process:
        wait_for(lambda: part.exists() and part.stat().st_size >= 100_000)
        process.send_signal(signal.SIGKILL)
    there = part.stat().st_size
    assert 100_000 <= there < len(ARCHIVE) and not out.exists()
    bring(url)
    assert server.ranges() == [None, f"bytes={there}-"]
    assert sorted(os.listdir(out)) == INSIDE and os.listdir(out.parent) == ["net"]


def test_two_at_once_do_not_meet(server: Server, bring: Bring, out: Path, root: Path):
    url = server.serve("net.tar.gz", ARCHIVE, slowly=0.2)
    with child(out, url, root) as process:
        wait_for(lambda: len(server.requests) == 1)
        work = out.with_name(".net.partial")
        who = f" (process {process.pid})" if os.path.exists("/proc/locks") else ""
        assert failure(bring, url) == f"another run{who} is writing to {work}\n  hint: wait for it, or end it"
        process.communicate()
    assert process.returncode == 0 and sorted(os.listdir(out)) == INSIDE


def test_a_disk_that_takes_no_more_is_told_and_the_download_goes_on_later(
    server: Server, bring: Bring, out: Path, root: Path
):
    url = server.serve("net.tar.gz", ARCHIVE)
    most = 200_000  # the system refuses longer files, as a full disk does; Python ignores the signal

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    with child(out, url, root, preexec_fn=limited) as process:
        _, said = process.communicate()
    fact = f"WriteError: cannot write {out}: File too large"
    assert said.endswith(f"{fact}\n  hint: raise `ulimit -f`, or choose a disk that takes bigger files\n")
    bring(url)
    assert server.ranges() == [None, f"bytes={most}-"] and os.listdir(out.parent) == ["net"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_is_told(server: Server, bring: Bring, out: Path):
    out.parent.chmod(0o500)
    with pytest.raises(WriteError) as caught:
        bring(server.serve("net.tar.gz", ARCHIVE))
    out.parent.chmod(0o700)
    assert str(caught.value) == f"cannot write {out.with_name('.net.partial')}: Permission denied"
    assert server.requests == []


def test_a_target_below_a_file_is_told(server: Server, tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError) as caught:
        fetch("egohands", tmp_path / "file" / "below", url=server.serve("a", ARCHIVE))
    assert str(caught.value) == f"cannot write {tmp_path / 'file'}: File exists"
    assert server.requests == []


@pytest.fixture(scope="module")
def small_egohands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in the original's layout, drawn here."""
    folder = tmp_path_factory.mktemp("drawn") / "egohands"
    generate(folder, videos=2, frames=2)
    return folder


def zipped(folder: Path, top: str = "") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if not path.name.endswith("_manifest.json"):
                archive.write(path, top + path.relative_to(folder).as_posix())
    return made.getvalue()


@pytest.mark.parametrize("top", ["", "egohands_data/"])
def test_a_fetched_egohands_is_read_as_one(
    server: Server, bring: Bring, out: Path, small_egohands: Path, top: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(egohands, "METADATA_BLOB", egohands.git_blob(small_egohands / "metadata.mat"))
    bring(server.serve("egohands_data.zip", zipped(small_egohands, top)), item=egohands.EGOHANDS)
    dataset = boxwright.read(out)  # its format is found by looking
    assert [record.path for record in dataset] == [record.path for record in boxwright.read(small_egohands)]
    assert dataset.info.name == "EgoHands" and dataset.problems == []


def test_another_metadata_than_the_published_one_is_refused(
    server: Server, bring: Bring, out: Path, small_egohands: Path
):
    url = server.serve("egohands_data.zip", zipped(small_egohands))
    found = egohands.git_blob(small_egohands / "metadata.mat")
    assert failure(bring, url, item=egohands.EGOHANDS) == (
        "cannot fetch egohands:\n"
        f"    {url}: the archive is not EgoHands as published: the git blob of metadata.mat is {found}, "
        "not d95ee9e71364462667b22519868ba44e2c9f3852\n"
        "  hint: --url names another mirror"
    )
    assert os.listdir(out.parent) == []


def test_the_published_size_is_held_against_every_mirror(server: Server, bring: Bring):
    url = server.serve("net.tar.gz", ARCHIVE)
    fact = f"    {url}: announces {len(ARCHIVE)} bytes, not 7: damaged, or another file\n"
    assert fact in failure(bring, url, item=replace(NET, size=7))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "net.tar.gz", "http://", "http://[x"]
)
def test_only_web_addresses_are_taken(tmp_path: Path, url: str):
    with pytest.raises(OptionError) as caught:
        fetch("egohands", tmp_path / "a", url=url)
    assert str(caught.value) == f"--url {url}: no http or https address"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for all that is fetched, empty."""
    monkeypatch.setenv("BOXWRIGHT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_command_fetches_a_model_and_tells_where_it_is(
    server: Server, home: Path, capsys: pytest.CaptureFixture[str]
):
    url = server.serve("net.tar.gz", ARCHIVE)
    command = ["fetch", "ssd_inception_v2_coco", "--url", url]
    folder = home / "models" / "ssd_inception_v2_coco_2018_01_28"
    assert [main(command), main(command)] == [0, 0]
    assert capsys.readouterr() == (
        f"fetching ssd_inception_v2_coco from {url}\n"
        f"ssd_inception_v2_coco is in {folder}\n"
        f"ssd_inception_v2_coco is already in {folder}\n",
        "",
    )
    assert fetched_checkpoint("ssd_inception_v2_coco") == folder / "model.ckpt"


def test_the_command_lists_what_there_is(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["fetch"]) == 0
    assert capsys.readouterr().out.startswith("egohands ")


def test_the_command_exits_with_2_where_it_cannot_fetch(
    server: Server, home: Path, capsys: pytest.CaptureFixture[str]
):
    url = server.serve("net.tar.gz", ARCHIVE)
    assert main(["fetch", "ssd_mobilenet_v1_coco", "--url", url]) == 2
    fact = f"announces {len(ARCHIVE)} bytes, not 76541073: damaged, or another file"
    assert capsys.readouterr() == (
        f"fetching ssd_mobilenet_v1_coco from {url} (76.5 MB)\n  {fact}\n",
        f"boxwright: cannot fetch ssd_mobilenet_v1_coco:\n    {url}: {fact}\n"
        "  hint: --url names another mirror\n",
    )
