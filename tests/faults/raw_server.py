"""A server that sends exactly the bytes it is told to, piece by piece, and notes who connected."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Pieces = Callable[[], Iterable[bytes]]


@dataclass(slots=True)
class RawServer:
    """Answers each path with the pieces of its route, `pause` seconds apart; closes, or resets, at their end."""

    routes: dict[str, Pieces] = field(default_factory=dict)
    pause: float = 0.0
    reset: bool = False
    connections: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))

    def url(self, path: str = "/") -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}{path}"

    def serve(self) -> None:
        """Accept until stopped."""
        self.listening.settimeout(0.05)
        while not self.stopped.is_set():
            with suppress(TimeoutError):
                client, _ = self.listening.accept()
                self.connections += 1
                threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        with client, suppress(OSError, IndexError):
            client.settimeout(30)
            path = client.recv(65_536).split(b" ", 2)[1].decode()
            for piece in self.routes[path]():
                client.sendall(piece)
                if self.stopped.wait(self.pause):
                    return
            if self.reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@contextmanager
def raw_server() -> Iterator[RawServer]:
    """A server for the length of a block."""
    server = RawServer()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        thread.join()
        server.listening.close()
