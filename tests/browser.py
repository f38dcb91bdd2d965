"""Chromium without a window, driven through two pipes with JSON messages that end with a NUL.

Source: https://chromedevtools.github.io/devtools-protocol/; the pipes: `--remote-debugging-pipe`, which reads
from file descriptor 3 and writes to 4.
"""

import json
import os
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"),
)
DESK, PHONE = 1280, 390  # pixels across
HEIGHT = 844  # pixels of a phone's screen; a page's whole height is looked at anyway


class Tab:
    """A page in the browser; `requests` are the addresses that it has asked for."""

    def __init__(self, browser: "_Pipes", session: str) -> None:
        self._browser, self._session = browser, session
        self.requests: list[str] = []
        for domain in ("Page", "Network", "Runtime"):
            self.call(f"{domain}.enable")

    def open(self, address: str, width: int) -> None:
        """Load a page at a width in pixels, and wait until it is complete."""
        phone = width < 600
        size = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": phone}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.requests.clear()
        self.call("Page.navigate", url=address)
        while self._event() != "Page.loadEventFired":
            pass
        # Scripts that the page starts with have run after two frames.
        two_frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.call("Runtime.evaluate", expression=two_frames, awaitPromise=True)

    def value(self, expression: str) -> Any:  # whatever JSON holds
        """What a JavaScript expression gives on the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return found["result"].get("value")

    def picture(self, path: Path) -> None:
        """Save the whole page as a PNG."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(b64decode(found["data"]))

    def call(self, method: str, **parameters: object) -> Any:
        """Call a method of the protocol; what happens meanwhile is noted."""
        number = self._browser.send(method, parameters, self._session)
        while (message := self._browser.receive()).get("id") != number:
            self._note(message)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']['message']}")
        return message["result"]

    def _event(self) -> str:
        message = self._browser.receive()
        self._note(message)
        return str(message.get("method"))

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])


class _Pipes:
    """Messages to and from the browser."""

    def __init__(self, reading: int, writing: int) -> None:
        self._from, self._to = os.fdopen(reading, "rb", buffering=0), os.fdopen(writing, "wb", buffering=0)
        self._rest, self._count = b"", 0

    def send(self, method: str, parameters: dict[str, object], session: str | None = None) -> int:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        self._to.write(json.dumps(message | ({"sessionId": session} if session else {})).encode() + b"\0")
        return self._count

    def receive(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            more = self._from.read(1 << 16)
            if not more:
                raise RuntimeError("the browser has gone")
            self._rest += more
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def answer(self, method: str, **parameters: object) -> Any:
        number = self.send(method, parameters)
        while (message := self.receive()).get("id") != number:
            pass
        return message["result"]

    def close(self) -> None:
        self._from.close()
        self._to.close()


@contextmanager
def browser_tab(chromium: str, profile: Path) -> Iterator[Tab]:
    """Start the browser with a fresh profile in the folder `profile`; gives a tab."""
    (ours_in, theirs_out), (theirs_in, ours_out) = os.pipe(), os.pipe()
    command = [chromium, *SWITCHES, f"--user-data-dir={profile}", "about:blank"]
    # The shell gives the pipes the numbers that the browser looks for.
    shell = ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *command]
    process = subprocess.Popen(shell, pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL)
    os.close(theirs_in)
    os.close(theirs_out)
    pipes = _Pipes(ours_in, ours_out)
    try:
        target = pipes.answer("Target.createTarget", url="about:blank")["targetId"]
        yield Tab(pipes, pipes.answer("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        pipes.send("Browser.close", {})
        process.wait(10)
    finally:
        pipes.close()
        process.kill()
        process.wait()
