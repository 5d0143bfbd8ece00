"""Short notices stay apart, and separate reports of one event are linked: floors that only rise."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from pathlib import Path

import pytest

from pipelines.dedup.batch import Answer, answers
from pipelines.model import Content, Published
from tests.quality.test_stories import DATA, EVER, PAGES

OURS = Path(__file__).parents[1] / "data" / "stories"
HEADLINES = DATA / "neardup" / "uci_headlines.jsonl.gz"
DAYS = re.compile(
    r"(?:(?:on|в|во) )?\b(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|понедельник|вторник|среду|четверг|пятницу"
    r"|субботу|воскресенье|(?:երկու|երեք|չորեք|հինգ)շաբթի|(?:ուրբաթ|շաբաթ) օրը|bazar ertəsi|çərşənbə axşamı|cümə axşamı"
    r"|(?:çərşənbə|cümə|bazar) günü|pazartesi(?: günü)?|(?:salı|perşembe|cuma) günü|çarşamba(?: günü)?|cumartesi)\b",
    re.IGNORECASE,
)


def content(row: Mapping[str, str]) -> Content:
    """An article of a labelled file."""
    published = row.get("published") or row.get("date")
    return Content(
        title=row["title"],
        body=row.get("text", ""),
        language=row.get("language"),
        published=Published.parse(published) if published else None,
    )


def ours(name: str) -> list[dict[str, str]]:
    """The rows of a labelled file of our own."""
    return [json.loads(line) for line in (OURS / name).read_text(encoding="utf-8").splitlines()]


def grouped(rows: Iterable[Mapping[str, str]]) -> Sequence[Answer]:
    """What is said of each row."""
    return answers([content(row) for row in rows], EVER)


def linked(found: Sequence[Answer]) -> set[frozenset[int]]:
    """Pairs of rows that are one story, or of one event."""
    members = defaultdict(list)
    for number, answer in enumerate(found):
        members[answer.story_id].append(number)
    near = {story: [story, *found[story].related] for story in members}
    return {
        frozenset((one, other))
        for story, stories in near.items()
        for one in members[story]
        for each in stories
        for other in members[each]
        if one != other
    }


def scored(found: set[frozenset[int]], events: Sequence[str]) -> tuple[float, float]:
    """Precision and recall of linked pairs."""
    members = Counter(events)
    wanted = sum(number * (number - 1) // 2 for number in members.values())
    right = sum(len({events[one] for one in pair}) == 1 for pair in found)
    return right / len(found), right / wanted


def test_no_two_of_two_hundred_notices_are_joined() -> None:
    rows = ours("notices.jsonl")
    assert len(rows) >= 200
    assert [answer.story_id for answer in grouped(rows)] == list(range(len(rows)))


def test_notices_of_one_template_are_not_one_event() -> None:
    """About a pair in a hundred is linked: one company's or one town's two notices, mostly."""
    rows = ours("notices.jsonl")
    assert len(linked(grouped(rows))) <= 0.0095 * len(rows) * (len(rows) - 1) / 2


def test_reports_in_five_languages_are_one_event_and_nothing_else_is() -> None:
    rows = ours("events.jsonl")
    found = grouped(rows)
    wanted = {
        frozenset(pair) for pair in combinations(range(len(rows)), 2) if len({rows[one]["event"] for one in pair}) == 1
    }
    assert len({answer.story_id for answer in found}) == len(rows)
    assert linked(found) == wanted


@pytest.mark.parametrize("named", [True, False])
def test_a_war_is_as_many_events_as_it_has(named: bool) -> None:
    """Ten days, the same leaders, the same towns; the same again where no report says which day it was."""
    rows = ours("war.jsonl")
    told = [row if named else {**row, "text": DAYS.sub("", row["text"])} for row in rows]
    found = linked(grouped(told))
    precision, recall = scored(found, [row["event"] for row in rows])
    assert (precision, recall >= 0.95) == (1.0, True)
    assert len({answer.story_id for answer in grouped(told)}) == len(rows)


def test_what_two_leaders_do_in_one_day_is_not_one_event() -> None:
    """A visit: arrival, contract, march, dinner, speech and departure, all of the same two in the same town."""
    rows = ours("visit.jsonl")
    assert scored(linked(grouped(rows)), [row["event"] for row in rows]) == (1.0, 1.0)


def test_the_turns_of_a_strike_are_as_many_events() -> None:
    """Four days, the same port, company and union leader; reports that name but two of them may be missed."""
    rows = ours("strike.jsonl")
    precision, recall = scored(linked(grouped(rows)), [row["event"] for row in rows])
    assert (precision, recall >= 0.8) == (1.0, True)


def test_headlines_of_one_event_are_linked() -> None:
    """token_set_ratio >= 60 on all pairs: .36. Headlines that came in the same hour are not told by their hours."""
    if not HEADLINES.is_file():
        pytest.skip(f"no {HEADLINES}: WIREWATCH_DATA names the folder that holds neardup/")
    with gzip.open(HEADLINES, "rt", encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    for told, least in ((rows, 0.68), ([{**row, "date": ""} for row in rows], 0.65)):
        precision, recall = scored(linked(grouped(told)), [row["story"] for row in rows])
        assert precision >= 0.72
        assert 2 * precision * recall / (precision + recall) >= least


def test_the_two_reports_of_the_call_are_related_and_the_other_day_is_not() -> None:
    if not PAGES.is_file():
        pytest.skip(f"no {PAGES}: WIREWATCH_DATA names the folder that holds desk/")
    rows = [json.loads(line) for line in PAGES.read_text(encoding="utf-8").splitlines()]
    assert [(one.story_id, one.related) for one in grouped(rows)] == [(0, ()), (1, (2,)), (2, (1,))]


def test_a_war_is_not_one_event() -> None:
    """The same two names and place every twelve hours for two weeks: no event outlasts its window."""
    first = content(ours("events.jsonl")[0])
    places = ("Vessby", "Orla", "Ruun", "Holm")
    days = []
    for half in range(28):
        moment = Published.parse("2026-03-03T09:00:00Z").moment + timedelta(hours=12 * half)
        text = f"Tamas Verel and Ilse Kordan traded blame over the Tarn tunnel; shots fell at {places[half % 4]}."
        title = f"Verel blames Kordan after shots at {places[half % 4]}"
        days.append(Content(title=title, body=f"{text} {first.body[half:]}", published=Published(moment=moment)))
    found = answers(days, timedelta(hours=1))
    assert max(len(one.related) for one in found) <= 6
