"""A web server that behaves as told, and small archives for it to serve."""

import io
import os
import socket
import struct
import tarfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Served:
    """What one path of the server does; every field may be changed between requests.

    answers    status codes of the first requests, before it serves the body; 200 serves it
    lies       the Content-Length to state instead of the true one; None: state none at all
    drops      after how many bytes the connection breaks, one number for each answer
    stalls     after how many bytes it goes silent, one number for each answer
    slowly     seconds to wait after each 64 kB
    """

    body: bytes
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=lambda: {"ETag": '"1"'})
    ranges: bool = True
    answers: list[int] = field(default_factory=list)
    lies: int | str = "true"
    drops: list[int] = field(default_factory=list)
    stalls: list[int] = field(default_factory=list)
    slowly: float = 0


@dataclass
class Server:
    """A server on 127.0.0.1: what it serves by path, and the headers of all requests it got."""

    url: str
    files: dict[str, Served] = field(default_factory=dict)
    requests: list[tuple[str, Message]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def serve(self, name: str, body: bytes, **how: object) -> str:
        """Serve a body under a name; its address."""
        self.files[f"/{name}"] = Served(body, **how)
        return f"{self.url}/{name}"

    def ranges(self) -> list[str | None]:
        """The Range header of each request, in order."""
        return [headers["Range"] for _, headers in self.requests]


class _Handler(BaseHTTPRequestHandler):
    known: Server

    def do_GET(self) -> None:
        self.known.requests.append((self.path, self.headers))
        served = self.known.files.get(self.path)
        status = 404 if served is None else served.answers.pop(0) if served.answers else 200
        if served is None or status != 200:
            self.send_error(status)
            return
        start = self._start(served)
        self._head(served, start)
        self._body(served, served.body[start:])

    def _start(self, served: Served) -> int:
        stated, condition = self.headers["Range"], self.headers["If-Range"]
        known = {served.headers.get("ETag"), served.headers.get("Last-Modified"), None}
        if stated is None or not served.ranges or condition not in known:
            return 0
        return int(stated.removeprefix("bytes=").removesuffix("-"))

    def _head(self, served: Served, start: int) -> None:
        self.send_response(206 if start else 200)
        if start:
            total = len(served.body)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if served.lies is not None:
            length = len(served.body) - start if served.lies == "true" else served.lies
            self.send_header("Content-Length", str(length))
        self.send_header("Content-Type", served.kind)
        for name, value in served.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _body(self, served: Served, body: bytes) -> None:
        if served.stalls:
            self.wfile.write(body[: served.stalls.pop(0)])
            self.wfile.flush()
            self.known.released.wait(30)
            return
        if served.drops:
            self.wfile.write(body[: served.drops.pop(0)])
            self._reset()
            return
        for at in range(0, len(body), 65536) if served.slowly else [0]:
            self.wfile.write(body[at : at + 65536] if served.slowly else body)
            time.sleep(served.slowly)

    def _reset(self) -> None:
        self.wfile.flush()
        time.sleep(0.05)  # or the reset overtakes the bytes
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())

    def log_message(self, *_: object) -> None:
        pass


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """The other side may leave at any time."""


@pytest.fixture
def server() -> Generator[Server]:
    """A server that is up while the test runs."""
    handler = type("Handler", (_Handler,), {})
    with _Quiet(("127.0.0.1", 0), handler) as running:
        known = handler.known = Server(f"http://127.0.0.1:{running.server_port}")
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield known
        known.released.set()
        running.shutdown()
        thread.join()


def tar_gz(files: dict[str, bytes]) -> bytes:
    """A tar.gz of these files."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()
