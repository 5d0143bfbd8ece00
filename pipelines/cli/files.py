"""The filters' input as whole files: what cannot be read is told, and the rest goes on."""

import sys
from collections.abc import Iterator, Sequence

import click

LARGEST = 64 << 20


class Files:
    """Bytes of files ("-" is stdin); `finish` leaves with exit code 1 where any was not read."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._failed = False

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each readable file, in order."""
        for name in self._names:
            try:
                with click.open_file(name, "rb") as stream:
                    body = stream.read(LARGEST + 1)
            except OSError as error:
                self.report(name, error.strerror or str(error))
                continue
            if len(body) > LARGEST:
                self.report(name, f"over {LARGEST >> 20} MiB")
            else:
                yield name, body

    def report(self, name: str, fault: str) -> None:
        """Say on stderr what is wrong with a file."""
        self._failed = True
        click.echo(f"{name}: error: {fault}", err=True)

    def finish(self) -> None:
        """Leave with exit code 1 where something could not be read."""
        if self._failed:
            sys.exit(1)
