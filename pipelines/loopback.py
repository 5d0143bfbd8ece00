"""An HTTP server in a thread of its own on a free port of 127.0.0.1: the canary and the demo stand on it."""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class Loopback:
    """Answers from `start` to `stop`, or inside `with`; an answer that takes its time watches `stopped`."""

    def __init__(self, answering: type[BaseHTTPRequestHandler]) -> None:
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", 0), answering)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="loopback", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port, and let go of every answer that is still being sent."""
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # stopping waits for nobody

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is none of our business."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]
