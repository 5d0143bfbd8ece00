"""The test receiver: a webhook on loopback, open for the length of one flight, that keeps what it hears."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Perch:
    """Listens inside `with`; what was posted stands in `heard`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _listening(self.heard))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="perch", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens, as Apprise writes it."""
        return f"json://127.0.0.1:{self._server.server_port}/canary"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


_LONGEST = 1 << 16  # bytes; the canary's message has a few hundred


def _listening(heard: list[str]) -> type[BaseHTTPRequestHandler]:
    class Listening(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LONGEST)
            heard.append(self.rfile.read(length).decode("utf-8", "replace"))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    return Listening
