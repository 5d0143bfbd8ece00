"""Dates as feeds and pages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.dates import ImpossibleDate, has_offset, parse_date
from pipelines.states import Precision


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("Tue, 07 Feb 2023 08:15:30 +0400", "2023-02-07T08:15:30+04:00"),
        ("Tue, 7 Feb 2023 08:15 GMT", "2023-02-07T08:15:00+00:00"),
        ("7 Feb 23 08:15:30 EST", "2023-02-07T08:15:30-05:00"),
        ("Tue, 07-Feb-2023 08:15:30 MSK", "2023-02-07T08:15:30+03:00"),
        ("Tuesday, 07 February 2023 08:15:30 GMT+0300", "2023-02-07T08:15:30+03:00"),
        ("Tue, 07 Feb 2023 08:15:30 AMT", "2023-02-07T08:15:30+04:00"),
        ("Tue, 07 Feb 2023 08:15:30 AZT", "2023-02-07T08:15:30+04:00"),
        ("Tue, 07 Feb 2023 08:15:30 GET", "2023-02-07T08:15:30+04:00"),
        ("2023-02-07 08:15:30 IRST", "2023-02-07T08:15:30+03:30"),
        ("Tue, 07 Feb 2023 08:15:30 XYZ", "2023-02-07T08:15:30+00:00"),
        ("Tue, 07 Feb 2023 08:15:30 +0000 (UTC)", "2023-02-07T08:15:30+00:00"),
        ("Вт, 07 фев 2023 08:15:30 +0300", "2023-02-07T08:15:30+03:00"),
        ("Seg, 24 Set 2018 19:22:00 -0300", "2018-09-24T19:22:00-03:00"),
        ("Tue, 07 Feb 2023", "2023-02-07"),
        ("2023-02-07T08:15:30+04:00", "2023-02-07T08:15:30+04:00"),
        ("2023-02-07T08:15:30.250Z", "2023-02-07T08:15:30.250000+00:00"),
        ("2023-02-07 08:15:30 +0400", "2023-02-07T08:15:30+04:00"),
        ("2023-02-07T08:15-0330", "2023-02-07T08:15:00-03:30"),
        ("2023-02-07T23:59:60Z", "2023-02-07T23:59:59+00:00"),
        ("2023-02-07T08:15:30", "2023-02-07T08:15:30+00:00"),
        (" 2023-02-07\n", "2023-02-07"),
    ],
)
def test_the_sources_own_offset_is_kept(text: str, published: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert str(found) == published
    assert (found.precision is Precision.DAY) == (len(published) == 10)


IMPOSSIBLE = (
    *("0000-01-01T00:00:00Z", "10000-01-01", "2023-02-30", "Thu, 30 Feb 2023 10:00:00 GMT", "2023-13-01T00:00:00Z"),
    *("Tue, 07 Feb 2023 08:15:30 +9999", "2023-02-07T25:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"),
    *("99999999999999999999-01-01", "Thu, 31 Nov 99999999999 10:00:00 GMT", "2023-02-07T08:15:30+03:75"),
)
UNKNOWN = ("", "yesterday", "12/11/2023", "2023", "2004년 05월 28일", "Tue, 07 Xyz 2023 08:15 GMT")


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_no_calendar_has_is_told(text: str) -> None:
    with pytest.raises(ImpossibleDate):
        parse_date(text)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "12/11/2023", "2023", "2004년 05월 28일", "Tue, 07 Xyz 2023 08:15 GMT"]
)
def test_what_is_in_neither_form_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("zone", ["GMT", "msk", "AMT", "GMT+4", "XYZ+0400", "+0400", "Z"])
def test_a_zone_by_figures_or_by_a_known_name_is_an_offset(zone: str) -> None:
    assert has_offset(f"Tue, 07 Feb 2023\n08:15 {zone}")


@pytest.mark.parametrize("zone", ["", "XYZ", "IST", "A"])
def test_a_zone_that_is_not_there_or_not_known_is_none(zone: str) -> None:
    assert not has_offset(f"Tue, 07 Feb 2023\n08:15 {zone}")


def test_a_time_without_an_offset_is_known() -> None:
    assert has_offset("2023-02-07")
    assert has_offset("2023-02-07T08:15:30Z")
    assert not has_offset("2023-02-07T08:15:30")
    assert not has_offset("Tue, 07 Feb 2023 08:15")


shapes = st.from_regex(
    r"\A[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}(T[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:?[0-9]{2})?)?\Z"
)


@given(st.one_of(st.text(max_size=40), shapes))
def test_any_text_is_a_date_of_news_none_or_impossible(text: str) -> None:
    try:
        found = parse_date(text)
    except ImpossibleDate:
        return
    if found is not None:
        assert 1899 < found.utc.year < 2102
        assert parse_date(str(found)) == found
