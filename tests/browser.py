"""A headless Chromium that is told what to do over its debugging port."""

import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip

SERVER_ERROR = -32000
"""The protocol's own code; what is evaluated has no other way to fail with it than a page that is gone."""


class Left(AssertionError):
    """The page went away, to another address, while it was asked."""


class Browser:
    """One page of it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)
        self.complaints: list[str] = []
        """What the page's console said, refusals by its policy among it."""
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: object) -> dict[str, object]:
        """The answer to a command of the debugging protocol; complaints that come meanwhile are kept.

        Raises `Left` where the page is no longer the one that was asked.
        """
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._connection.recv(timeout=30))
            if message.get("method") == "Log.entryAdded":
                self.complaints.append(message["params"]["entry"]["text"])
            if message.get("id") == number:
                if message.get("error", {}).get("code") == SERVER_ERROR and method == "Runtime.evaluate":
                    raise Left(message["error"]["message"])
                assert "error" not in message, message
                result: dict[str, object] = message["result"]
                return result

    def open(self, url: str) -> None:
        """Go there and wait until it is loaded."""
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> object:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        result = answer["result"]
        assert isinstance(result, dict), answer
        return result.get("value")

    def wait(self, script: str) -> None:
        """Until the expression is true, on whichever page has come by then."""
        for _ in range(400):
            with suppress(Left):
                if self.run(f"Boolean({script})"):
                    return
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A fresh browser; ended, with all it kept, at the end."""
    assert CHROMIUM is not None
    arguments = [CHROMIUM, *QUIET, "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if line.startswith("DevTools listening on"))
            port = line.rpartition(":")[2].partition("/")[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=30) as answer:
                page = next(one for one in json.load(answer) if one["type"] == "page")
            with connect(page["webSocketDebuggerUrl"], max_size=None) as connection:
                yield Browser(connection)
        finally:
            process.terminate()
