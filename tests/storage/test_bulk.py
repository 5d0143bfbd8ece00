"""Rows of whole numbers: as many arrive as were sent, however they fall into statements."""

from contextlib import closing

import pytest
from sqlalchemy import select

from storage.bulk import AT_ONCE, delete_numbers, insert_numbers
from storage.database import Database
from storage.tables import story_terms


@pytest.mark.parametrize("number", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE + 50])
def test_every_row_is_written_and_taken_away_again(store_url: str, number: int) -> None:
    rows = [(2_900 + term % 2, (-1) ** term * 2**62 + term, term, 7) for term in range(number)]
    with closing(Database(store_url)) as database, database.writing() as connection:
        insert_numbers(connection, story_terms, rows)
        assert sorted(map(tuple, connection.execute(select(story_terms)))) == sorted(rows)
        delete_numbers(connection, story_terms, rows[::2])
        assert sorted(map(tuple, connection.execute(select(story_terms)))) == sorted(rows[1::2])
