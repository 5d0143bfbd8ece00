"""The test receiver: a webhook on loopback, open for the length of one flight, that keeps what it hears."""

from http.server import BaseHTTPRequestHandler

from pipelines.loopback import Loopback


class Perch(Loopback):
    """Listens inside `with`; what was posted stands in `heard`."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(_listening(self.heard))

    @property
    def address(self) -> str:
        """Where it listens, as Apprise writes it."""
        return f"json://127.0.0.1:{self.port}/canary"


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
