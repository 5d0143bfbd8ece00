"""What the records say of themselves."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import Content, Published
from pipelines.states import Precision

days = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: Published(moment=moment.replace(hour=0, minute=0, second=0, microsecond=0), precision=Precision.DAY)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 -- hypothesis adds the zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=offsets,
).map(lambda moment: Published(moment=moment))


@given(days | times)
def test_a_publication_time_is_read_as_it_was_written(published: Published) -> None:
    again = Published.parse(str(published))
    assert (again, again.moment.utcoffset()) == (published, published.moment.utcoffset())


def test_a_time_without_an_offset_is_utc() -> None:
    assert Published.parse("2026-11-22T12:00") == Published(moment=datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-31", "2026-11", "22.11.2026", "0001-01-01T00:00+05:00"])
def test_what_is_no_iso_8601_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Published.parse(text)


def test_each_of_a_texts_fields_changes_its_hash_and_white_space_does_not() -> None:
    texts = [Content(title="a"), Content(title="a", lead="b"), Content(title="a", body="b")]
    texts += [Content(title="a", lead="c", body="b"), Content(title="d", lead="c", body="b")]
    assert len({one.text_hash for one in texts}) == len(texts)
    assert Content(title=" a", body="b\n c").text_hash == Content(title="a", body="b c").text_hash
