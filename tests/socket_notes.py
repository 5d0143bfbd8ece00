"""Notes every address that a Python process and its Python children connect to, or ask a name server for."""

import os
from pathlib import Path

_NOTING = """
import os, sys

def note(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    with open({notes!r}, "a") as notes:
        notes.write(f"{{host}}\\n")

sys.addaudithook(note)
"""


class SocketNotes:
    """`environment` goes to the process that is watched."""

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "hosts"
        (folder / "sitecustomize.py").write_text(_NOTING.format(notes=str(self._notes)))
        self.environment = {"PYTHONPATH": os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", "")))}

    @property
    def hosts(self) -> set[str]:
        """So far."""
        return set(self._notes.read_text().split()) if self._notes.exists() else set()
