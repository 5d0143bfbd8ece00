"""Writes of several threads in one commit: each has its own answer, and one that fails harms no other."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import Connection, func, select, text

from pipelines.errors import StoreError
from storage.database import Database
from storage.feed_tables import outlets
from storage.together import Together


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with closing(Database(store_url)) as opened:
        yield opened


def write(number: int, connection: Connection) -> int:
    """A row, unless the number is one of seven."""
    if number % 7 == 0:
        connection.execute(text("SELECT nothing FROM nowhere"))
    row = {"outlet_id": f"outlet {number}", "title": "t", "tags": []}
    connection.execute(outlets.insert().values(row))
    return number * number


def test_each_thread_has_its_own_answer_and_a_failing_write_harms_no_other(database: Database) -> None:
    together, all_there = Together(database), threading.Barrier(12)

    def one(number: int) -> int | str:
        if number < 12:
            all_there.wait()
        try:
            return together.write(lambda connection: write(number, connection), lasting=number % 2 == 0)
        except StoreError:
            return "refused"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(one, range(40)))
    assert answers == ["refused" if number % 7 == 0 else number * number for number in range(40)]
    with database.reading() as connection:
        stored = connection.scalar(select(func.count()).select_from(outlets))
    assert stored == sum(number % 7 != 0 for number in range(40))


def test_what_must_not_last_is_there_all_the_same(database: Database) -> None:
    for lasting in (False, True, False):
        with database.writing(lasting=lasting) as connection:
            connection.execute(outlets.insert().values(outlet_id=f"{lasting}", title="t", tags=[]))
        with database.writing() as connection:
            connection.execute(outlets.delete())
    if database.sqlite:
        with database.writing() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
