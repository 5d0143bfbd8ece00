"""What tests of one step against real servers begin with: an empty store on SQLite, and a news site on loopback."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.store import SqlStore, open_store
from tests.web import Web, web_server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with closing(open_store(f"sqlite:///{tmp_path / 'wirewatch.db'}")) as opened:
        yield opened


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server
