"""Downloads over bad connections, from servers that lie: resumed, tried again, or refused by name."""

import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from boxwright.core.fetch.download import Patience, Wanted, download
from boxwright.core.fetch.part_file import PartFile
from boxwright.core.fetch.refusal import Refused
from tests.core.fetch.conftest import Server

# Begins as a zip does; nothing here unpacks it.
BODY = b"PK\x03\x04" + bytes(range(256)) * 4000
SIZE = len(BODY)
WEB_PAGE = "serves a web page, not an archive"
PATIENCE = Patience(timeout=30, attempts=3, pause=0.01)  # a busy machine is no bad connection
SHA256 = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@pytest.fixture
def part(tmp_path: Path) -> PartFile:
    return PartFile(tmp_path / ".downloads")


@pytest.fixture
def bring(part: PartFile) -> Callable[..., bytes]:
    """Download from an address; the bytes that came."""

    def bring(url: str, size: int | None = None, digest: str | None = None, timeout: float = 30) -> bytes:
        bring.said = []
        wanted, patience = Wanted(size=size, digest=digest), replace(PATIENCE, timeout=timeout)
        return download(url, part, wanted, patience, bring.said.append, no_bar).read_bytes()

    return bring


@contextmanager
def no_bar(start: int, total: int | None) -> Generator[Callable[[int], object]]:
    yield lambda count: None


def refusal(bring: Callable[..., bytes], url: str, **wanted: object) -> str:
    with pytest.raises(Refused) as caught:
        bring(url, **wanted)
    return str(caught.value)


def left(part: PartFile) -> list[str]:
    return sorted(path.name for path in part.part.parent.iterdir())


def test_what_is_served_arrives_and_is_asked_for_once(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY)
    assert bring(url, SIZE, SHA256) == bring(url, SIZE, SHA256) == BODY
    assert server.ranges() == [None]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, drops=[300_000, 200_000])
    assert bring(url, SIZE, SHA256) == BODY
    assert server.ranges() == [None, "bytes=300000-", "bytes=500000-"]
    assert [headers["If-Range"] for _, headers in server.requests] == [None, '"1"', '"1"']
    assert [line.strip().split(",")[1] for line in bring.said] == [
        " 300.0 kB are there; again in 0.01 s",
        " 500.0 kB are there; again in 0.01 s",
    ]


def test_a_silent_connection_counts_as_broken(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, stalls=[300_000])
    assert bring(url, timeout=0.7) == BODY
    assert server.ranges() == [None, "bytes=300000-"]
    assert bring.said == ["  the server went silent, 300.0 kB are there; again in 0.01 s"]


def test_a_server_that_never_brings_anything_is_given_up(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, stalls=[0] * 9)
    assert refusal(bring, url, timeout=0.5) == "the server went silent (3 attempts in a row)"
    assert server.ranges() == [None] * 3


def test_a_server_that_is_busy_is_asked_again(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, answers=[503, 500])
    assert bring(url) == BODY
    assert bring.said[0] == "  HTTP 503 Service Unavailable, 0 bytes are there; again in 0.01 s"


@pytest.mark.parametrize("status, said", [(404, "404 Not Found"), (403, "403 Forbidden"), (410, "410 Gone")])
def test_a_server_that_has_no_such_file_is_asked_once(
    server: Server, bring: Callable[..., bytes], status: int, said: str
):
    assert refusal(bring, server.serve("a.zip", BODY, answers=[status])) == f"HTTP {said}"
    assert len(server.requests) == 1


def test_nobody_at_the_address_is_told(bring: Callable[..., bytes]):
    fact = "the connection failed: Connection refused (3 attempts in a row)"
    assert refusal(bring, "http://127.0.0.1:1/a.zip") == fact


def test_a_server_that_ignores_ranges_starts_over(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, ranges=False, drops=[300_000])
    assert bring(url, SIZE, SHA256) == BODY
    assert server.ranges() == [None, "bytes=300000-"]


def test_a_server_that_ignores_ranges_and_always_breaks_is_given_up(
    server: Server, bring: Callable[..., bytes]
):
    url = server.serve("a.zip", BODY, ranges=False, drops=[300_000] * 9)
    assert refusal(bring, url).endswith("(3 attempts in a row)")
    assert len(server.requests) == 3


CHANGED = BODY[:4] + BODY[:3:-1]
NEW_YEAR_2019, NEW_YEAR_2020 = "Tue, 01 Jan 2019 00:00:00 GMT", "Wed, 01 Jan 2020 00:00:00 GMT"


@pytest.mark.parametrize(
    "before, after",
    [
        ({"ETag": '"1"'}, {"ETag": '"2"'}),
        ({"Last-Modified": NEW_YEAR_2019}, {"Last-Modified": NEW_YEAR_2020}),
        ({"ETag": 'W/"1"'}, {"ETag": 'W/"2"'}),  # weak ones are not for If-Range, but they tell
        ({"Memento-Datetime": NEW_YEAR_2019}, {"Memento-Datetime": NEW_YEAR_2020}),
        ({}, {}),  # nobody could tell
    ],
)
def test_a_file_that_changed_is_not_glued_to_the_old_one(
    server: Server, bring: Callable[..., bytes], before: dict[str, str], after: dict[str, str]
):
    url = server.serve("a.zip", BODY, headers=before, drops=[300_000, 0, 0, 0])
    refusal(bring, url)
    server.serve("a.zip", CHANGED, headers=after)
    assert bring(url) == CHANGED


@pytest.mark.parametrize(
    "headers",
    [
        {"ETag": '"1"'},
        {"ETag": 'W/"1"'},
        {"Last-Modified": NEW_YEAR_2019},
        {"Memento-Datetime": NEW_YEAR_2019},
    ],
)
def test_the_next_call_goes_on_where_the_server_says_what_it_serves(
    server: Server, bring: Callable[..., bytes], headers: dict[str, str]
):
    url = server.serve("a.zip", BODY, headers=headers, drops=[300_000, 0, 0, 0])
    assert refusal(bring, url).endswith("(3 attempts in a row)")
    assert bring(url, SIZE, SHA256) == BODY
    assert server.ranges()[-1] == "bytes=300000-"


def test_what_one_address_brought_is_kept_while_another_fails(
    server: Server, bring: Callable[..., bytes], part: PartFile
):
    url = server.serve("a.zip", BODY, drops=[300_000, 0, 0])
    refusal(bring, url)
    page = server.serve("page.zip", b"<!DOCTYPE html><title>Moved</title>", kind="text/html")
    assert refusal(bring, page) == WEB_PAGE
    assert part.position(url) == 300_000


def test_a_download_that_was_killed_after_its_last_byte_asks_nobody(
    server: Server, bring: Callable[..., bytes], part: PartFile
):
    url = server.serve("a.zip", BODY)
    bring(url)
    part.whole.rename(part.part)  # the name comes last
    assert bring(url, SIZE, SHA256) == BODY and len(server.requests) == 1


def test_without_a_version_it_is_not_said_that_bytes_are_there(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, headers={}, drops=[300_000])
    assert bring(url) == BODY
    assert bring.said[0].endswith(", 0 bytes are there; again in 0.01 s")


def test_another_address_starts_anew(server: Server, bring: Callable[..., bytes]):
    refusal(bring, server.serve("a.zip", CHANGED, drops=[300_000, 0, 0]))
    assert bring(server.serve("b.zip", BODY), SIZE, SHA256) == BODY
    assert server.ranges()[-1] is None


@pytest.mark.parametrize(
    "body, kind, said",
    [
        (b"<!DOCTYPE html><html>gone</html>", "text/html; charset=utf-8", WEB_PAGE),
        (b"\n <html>" + bytes(5000), "application/zip", WEB_PAGE),
        (b"Moved to another place", "text/html", WEB_PAGE),
        (b"not an archive at all", "text/plain", "serves no zip and no tar: it begins with b'not an archi'"),
        (b"", "application/zip", "sends an empty file"),
    ],
)
def test_what_is_no_archive_is_named(
    server: Server, bring: Callable[..., bytes], part: PartFile, body: bytes, kind: str, said: str
):
    assert refusal(bring, server.serve("a.zip", body, kind=kind)) == said
    assert left(part) == []


def test_a_length_that_is_too_long_is_never_reached(server: Server, bring: Callable[..., bytes]):
    url = server.serve("a.zip", BODY, lies=SIZE + 1, ranges=False)
    fact = f"the connection ended after {SIZE} of {SIZE + 1} bytes (3 attempts in a row)"
    assert refusal(bring, url) == fact


@pytest.mark.parametrize("lie", [SIZE - 1, SIZE + 1, 20 * 10**9])
def test_another_length_than_the_published_one_is_refused_at_once(
    server: Server, bring: Callable[..., bytes], part: PartFile, lie: int
):
    fact = f"announces {lie} bytes, not {SIZE}: damaged, or another file"
    assert refusal(bring, server.serve("a.zip", BODY, lies=lie), size=SIZE) == fact
    assert left(part) == []


def test_a_length_that_no_archive_has_is_refused(server: Server, bring: Callable[..., bytes]):
    fact = "announces 20.0 GB; 10.0 GB are the most that is fetched"
    assert refusal(bring, server.serve("a.zip", BODY, lies=20 * 10**9)) == fact


def test_without_a_length_all_that_comes_is_taken(server: Server, bring: Callable[..., bytes]):
    assert bring(server.serve("a.zip", BODY, lies=None)) == BODY


def test_without_a_length_no_more_than_the_published_one_is_taken(
    server: Server, bring: Callable[..., bytes], part: PartFile
):
    fact = f"sends more than {SIZE} bytes: another file"
    assert refusal(bring, server.serve("a.zip", BODY + b"!", lies=None), size=SIZE) == fact
    assert left(part) == []


def test_without_a_length_the_published_one_tells_that_something_is_missing(
    server: Server, bring: Callable[..., bytes]
):
    url = server.serve("a.zip", BODY[:-1], lies=None, ranges=False)
    fact = f"the connection ended after {SIZE - 1} of {SIZE} bytes (3 attempts in a row)"
    assert refusal(bring, url, size=SIZE) == fact


def test_another_digest_than_the_published_one_is_refused_and_not_kept(
    server: Server, bring: Callable[..., bytes], part: PartFile
):
    found = hashlib.sha256(CHANGED).hexdigest()
    fact = f"sends another file: its sha256 is {found}, not {SHA256.removeprefix('sha256:')}"
    assert refusal(bring, server.serve("a.zip", CHANGED), size=SIZE, digest=SHA256) == fact
    assert left(part) == []


def test_a_bar_is_told_where_it_begins_and_of_every_byte(server: Server, part: PartFile):
    told: list[tuple[int, int | None]] = []
    counts: list[int] = []

    @contextmanager
    def bar(start: int, total: int | None) -> Generator[Callable[[int], object]]:
        told.append((start, total))
        yield counts.append

    url = server.serve("a.zip", BODY, drops=[300_000])
    download(url, part, Wanted(), PATIENCE, lambda text: None, bar)
    assert told == [(0, SIZE), (300_000, SIZE)] and sum(counts) == SIZE
