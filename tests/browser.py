"""A real browser without a window, spoken to through a pipe: nothing beyond the standard library.

The DevTools protocol is JSON; with ``--remote-debugging-pipe`` Chromium reads it from file
descriptor 3 and writes it to 4, each message ended by a zero byte.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "chrome", "google-chrome", "chromium-headless-shell")
_SECONDS = 60


def browser_path() -> str | None:
    """Return Chromium, None where there is none."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    """Chromium with one page, width by height pixels."""

    def __init__(self, width: int = 1500, height: int = 1000) -> None:
        self.log: list[str] = []
        self._number = 0
        self._rest = b""
        self._events: list[dict[str, Any]] = []
        self.requested: list[str] = []
        self._home = tempfile.mkdtemp(prefix="gridtool-browser-")
        words = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--no-first-run", "--disable-extensions", "--disable-background-networking"),
            *("--force-color-profile=srgb", "--hide-scrollbars", "--remote-debugging-pipe"),
            *(f"--user-data-dir={self._home}", f"--window-size={width},{height}"),
        )
        self._start([str(browser_path()), *words, "about:blank"])
        self._session = ""
        targets = self.ask("Target.getTargets")["targetInfos"]
        page = next(item["targetId"] for item in targets if item["type"] == "page")
        self._session = self.ask("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for part in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{part}.enable")

    def _start(self, words: list[str]) -> None:
        """Start the browser with our pipes as its descriptors 3 and 4."""
        ends = [end for _ in range(2) for end in os.pipe()]
        # out of the way of 3 and 4
        to_read, self._out, self._in, to_write = (
            fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends
        )
        for end in ends:
            os.close(end)
        quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        pipes = [(os.POSIX_SPAWN_DUP2, to_read, 3), (os.POSIX_SPAWN_DUP2, to_write, 4)]
        self._process = os.posix_spawn(
            words[0], words, dict(os.environ), file_actions=[*quiet, *pipes]
        )
        os.close(to_read)
        os.close(to_write)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGTERM)
        os.waitpid(self._process, 0)
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._home, ignore_errors=True)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return what it answers."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            found = self._receive()
            if found.get("id") == self._number:
                if "error" in found:
                    raise RuntimeError(f"{method}: {found['error']['message']}")
                result: dict[str, Any] = found["result"]
                return result
            self._note(found)

    def _receive(self) -> dict[str, Any]:
        """Return the next message."""
        while b"\0" not in self._rest:
            part = os.read(self._in, 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        """Keep what the page complains of and what it asks the network for."""
        method, params = event.get("method"), event.get("params", {})
        if method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.log.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.log.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Network.requestWillBeSent":
            self.requested.append(params["request"]["url"])

    def open(self, page: Path, ready: str) -> None:
        """Open a file and wait until an expression is true."""
        self.ask("Page.navigate", url=page.resolve().as_uri())
        self.wait(ready)

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + _SECONDS
        while not self.run(f"Boolean({expression})"):
            if time.monotonic() > end:
                raise TimeoutError(f"{expression}: {self.log}")
            time.sleep(0.02)

    def run(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        found = self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(found["result"].get("description", expression))
        return found["result"].get("value")

    def click(self, x: float, y: float) -> None:
        """Click with the mouse."""
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.ask("Input.insertText", text=text)

    def screenshot(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        shot = self.ask("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Print into a PDF."""
        printed = self.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(printed["data"]))
