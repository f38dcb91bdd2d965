"""One HTTP answer: what it holds, from which byte on, and of which version of the file.

Ranges and conditions: RFC 9110, sections 13.1.5 (If-Range), 14.2 (Range) and 14.4 (Content-Range).
"""

import re
import socket
import ssl
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from email.message import Message
from http.client import HTTPException, HTTPResponse, InvalidURL
from importlib.metadata import version as installed_version
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from boxwright.core.fetch.refusal import Dropped, Refused

BLOCK = 1 << 18  # bytes asked of the system at once
HEAD = 512  # bytes that are enough to tell an archive from a web page; a tar's magic ends at 262
PARTIAL, RANGE_NOT_SATISFIABLE = 206, 416
# Codes that may pass: RFC 9110 section 15, 425 of RFC 8470, 429 of RFC 6585.
PASSING = {408, 425, 429, 500, 502, 503, 504}

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What tells one version of a served file from another; None: the server does not say.

    memento   date of a copy in a web archive, which never changes (RFC 7089)
    """

    etag: str | None = None
    modified: str | None = None
    memento: str | None = None

    def condition(self) -> str | None:
        """A value for If-Range, which takes no weak ETag."""
        weak = self.etag is None or self.etag.startswith("W/")
        return self.modified if weak else self.etag

    def same(self, other: "Version") -> bool | None:
        """Whether both are of the same file; None: they say nothing that could be compared."""
        mine, theirs = asdict(self), asdict(other)
        pairs = [(mine[key], theirs[key]) for key in mine if None not in (mine[key], theirs[key])]
        return all(a == b for a, b in pairs) if pairs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that was opened.

    start    the first byte that it brings
    total    bytes of the whole file; None: the server does not say
    kind     its Content-Type
    """

    start: int
    total: int | None
    version: Version
    kind: str
    body: HTTPResponse

    def blocks(self) -> Iterator[bytes]:
        """The bytes as they come; the first block has at least HEAD of them, or all."""
        head = b""
        with _network():
            while len(head) < HEAD and (block := self.body.read1(BLOCK)):
                head += block
        yield head
        while block := self._next():
            yield block

    def _next(self) -> bytes:
        with _network():
            return self.body.read1(BLOCK)


@contextmanager
def opened(url: str, start: int, known: Version, timeout: float) -> Generator[Response]:
    """Ask for a file from byte `start` on, of a known version; what comes may start at 0 all the same.

    timeout   seconds without a byte until the connection counts as dropped
    raises    Dropped where trying again may help, Refused where not
    """
    with _network():
        answer = _asked(url, start, known, timeout) if start else None
        if answer is None:
            answer = _asked(url, 0, Version(), timeout)
    if answer is None:  # 416 to a request without a range
        raise Refused("answers HTTP 416 to a request for the whole file")
    with answer.body:
        yield answer


def _asked(url: str, start: int, known: Version, timeout: float) -> Response | None:
    """An answer, or None where it continues another file than the one that was begun."""
    headers = {"User-Agent": f"boxwright/{installed_version('boxwright')}"}
    if start:
        headers["Range"] = f"bytes={start}-"
        if condition := known.condition():
            headers["If-Range"] = condition
    try:
        body = urlopen(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        error.close()
        if error.code == RANGE_NOT_SATISFIABLE:
            return None
        raise (Dropped if error.code in PASSING else Refused)(f"HTTP {error.code} {error.reason}") from None
    if not isinstance(body, HTTPResponse):
        body.close()
        raise Refused("leads to an address that is not HTTP")
    response = _response(body)
    if body.status == PARTIAL and not (response.start == start and _continues(known, response.version)):
        body.close()
        return None
    return response


def _continues(known: Version, found: Version) -> bool:
    """Whether an answer with a range is of the file that was begun."""
    same = known.same(found)
    # A server that was given a condition may leave out what it has just confirmed.
    return known.condition() is not None if same is None else same


def _response(body: HTTPResponse) -> Response:
    headers: Message = body.headers
    start, total = 0, _number(headers["Content-Length"])
    if body.status == PARTIAL:
        found = _CONTENT_RANGE.fullmatch(headers["Content-Range"] or "")
        start, total = (int(found[1]), _number(found[2])) if found else (-1, None)
    version = Version(
        etag=headers["ETag"], modified=headers["Last-Modified"], memento=headers["Memento-Datetime"]
    )
    return Response(start=start, total=total, version=version, kind=headers.get_content_type(), body=body)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None


@contextmanager
def _network() -> Generator[None]:
    """Turn what the network and its libraries raise into Dropped or Refused."""
    try:
        yield
    except URLError as error:
        raise _judged(error.reason) from None
    except (OSError, HTTPException, ValueError) as error:
        raise _judged(error) from None


def _judged(error: object) -> Exception:
    if isinstance(error, TimeoutError):
        return Dropped("the server went silent")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Refused(f"its certificate cannot be trusted: {error.verify_message}")
    if isinstance(error, socket.gaierror) and error.errno != socket.EAI_AGAIN:
        return Refused(f"no such host: {error.strerror}")
    if isinstance(error, (ValueError, InvalidURL)):
        return Refused(f"is no address to fetch from: {error}")
    return Dropped(f"the connection failed: {_said(error)}")


def _said(error: object) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return text or type(error).__name__
