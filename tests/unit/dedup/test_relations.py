"""Which reports are one event: who did what with whom, and when. No place or person here exists."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.dedup.batch import answers
from pipelines.model import Content, Published

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def report(title: str, text: str = "", hours: float = 0, language: str | None = "en") -> Content:
    """An article of so many hours after Monday nine o'clock."""
    published = Published(moment=MONDAY + timedelta(hours=hours))
    return Content(title=title, body=text, language=language, published=published)


def together(*articles: Content) -> bool:
    """Whether they are all one event, in the order given and in the other."""
    found = [answers(some, timedelta(days=7)) for some in (articles, articles[::-1])]
    return all(len(one.related) == len(articles) - 1 for some in found for one in some)


CALL = report(
    "Verel and Kordan speak by phone about closed tunnel",
    "The leaders spoke by telephone about the tunnel to the Sarnak valley. Tamas Verel asked Ilse Kordan for lorries.",
)
ONE_EVENT = {
    "two desks on one call": report(
        "Verel presses Kordan on the tunnel in late call",
        "Tamas Verel reached for the receiver again, and spoke to Ilse Kordan of the road to Sarnak. She said no.",
        hours=2,
    ),
    "another script": report(
        "Верел позвонил Кордан из-за тоннеля",
        "Тамаш Верел поговорил по телефону с Ильзе Кордан о дороге в Сарнак и попросил пропустить грузовики.",
        hours=3,
        language="ru",
    ),
}
OTHER_EVENTS = {
    "another leader on the other end": report(
        "Verel and Brandt discuss the Sarnak valley by phone",
        "Tamas Verel spoke by telephone to Otto Brandt about aid for the Sarnak valley. Two lorries will leave Holm.",
        hours=2,
    ),
    "the same place, nobody of them": report(
        "Convoy of insulin reaches Sarnak",
        "Drivers led eleven lorries of insulin through the tunnel to the Sarnak valley. Maro Telyan counted each box.",
        hours=2,
    ),
    "named beside the point": report(
        "Orla opens its museum of bees",
        "Tamas Verel opened a museum of bees in Orla, his first trip since the tunnel to Sarnak was closed.",
        hours=2,
    ),
    "the same two on another day": report(
        "Verel and Kordan speak again about tunnel",
        "The leaders spoke by telephone about the tunnel to Sarnak. Tamas Verel told Ilse Kordan that time was short.",
        hours=30,
    ),
    "another day by its own words": report(
        "Verel and Kordan spoke by phone about tunnel",
        "Tamas Verel and Ilse Kordan spoke by telephone on Friday about the tunnel to Sarnak, his office said.",
        hours=3,
    ),
}
ON_MONDAY = report(CALL.title, f"{CALL.body} It was their first call since Monday.")


@pytest.mark.parametrize("name", ONE_EVENT)
def test_reports_of_one_event_are_related(name: str) -> None:
    assert together(CALL, ONE_EVENT[name])


@pytest.mark.parametrize("name", OTHER_EVENTS)
def test_what_is_told_of_others_or_of_another_day_is_not(name: str) -> None:
    assert not together(ON_MONDAY, OTHER_EVENTS[name])


def test_a_word_that_nobody_used_before_is_not_rare_for_that() -> None:
    """In an archive of two articles every name is in two at most."""
    one = report(
        "Ferry runs late at Eastmouth",
        "The ferry from Eastmouth to Ruun ran late, said Odile Brenner. Otto Maas of the Holm bank paid for the delay.",
    )
    other = report(
        "Pupils of Orla plant 40 trees",
        "Ines Calder of Orla led the pupils to Vessby, past Ruun and the bank of Holm, where Mira Toll had 40 trees.",
    )
    assert not together(one, other)


def test_one_word_links_a_headline_to_headlines_that_all_have_it() -> None:
    titles = ("Chikora to buy Fife", "Chikora, Fife to merge in bananas", "Fife shares soar on Chikora deal")
    headlines = [report(title, hours=number / 10) for number, title in enumerate(titles)]
    late = report("Chikora chief explains his plan", hours=1)
    week = timedelta(days=7)
    assert answers([*headlines, late], week)[3].related == (0, 1, 2)
    assert answers([headlines[0], late], week)[1].related == ()
