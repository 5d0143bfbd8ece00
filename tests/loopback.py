"""A threaded HTTP server on loopback, which the tests' news sites and receivers stand on."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback:
    """Answers from `start` to `stop`; what answers slowly watches `stopped`."""

    def __init__(self, answering: type[BaseHTTPRequestHandler]) -> None:
        self.stopped = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens, on 127.0.0.1."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port, and let go of every answer that is still being sent."""
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
