"""What a digest says: by mail as a page and as text, in chat, short; held against what was found good.

WIREWATCH_WRITE_GOLDEN=1 renews what is held against.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.alerts import Message
from pipelines.delivery.digest import LONGEST_PAGE, render_digest
from pipelines.delivery.samples import sample
from pipelines.digests.records import DigestKind, Line, Near, RuleLine
from pipelines.digests.written import read, written
from pipelines.states import MessageStyle
from tests.unit.delivery.digest_samples import EMPTY, ENDS, FIRST, FULL, WEEK, line, rule

GOLDEN = Path(__file__).parents[2] / "data" / "digests"
SAMPLES = {
    "empty": EMPTY,
    "full": FULL,
    "week": WEEK,
    "first": FIRST,
    "first-nothing": replace(FIRST, would=(), would_be=0),
    "late": replace(EMPTY, starts_at=ENDS - timedelta(days=4)),
    "hold": replace(FULL, kind=DigestKind.HOLD, starts_at=ENDS - timedelta(hours=10)),
}
KEPT = {"hold": sample("first", datetime(2026, 11, 30, 20, 45, tzinfo=UTC)).details}
PAGE = "https://desk.example/digests/7?key=sample"


def made(name: str, style: MessageStyle) -> Message:
    now = ENDS + timedelta(hours=9 if name == "late" else 0, minutes=1)
    kept = KEPT.get(name, ())
    return render_digest(SAMPLES[name], kept, style, zone="Asia/Tbilisi", now=now, page=PAGE)


def held_against(path: Path, text: str) -> None:
    if os.environ.get("WIREWATCH_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("style", list(MessageStyle))
@pytest.mark.parametrize("name", SAMPLES)
def test_a_digest_is_as_it_was_found_good(name: str, style: MessageStyle) -> None:
    message = made(name, style)
    held_against(GOLDEN / name / f"{style}.txt", f"{message.title}\n\n{message.text}\n")
    assert (message.html is not None) is (style is MessageStyle.MAIL)
    if message.html is not None:
        held_against(GOLDEN / name / "mail.html", f"{message.html}\n")


def test_a_digest_of_nothing_says_that_all_is_well() -> None:
    assert made("empty", MessageStyle.CHAT).text.startswith("Nothing matched; 34 feeds read, all well.")
    assert made("empty", MessageStyle.MAIL).title == (
        "Morning digest · Tue 1 Dec: Nothing matched; 34 feeds read, all well"
    )


def test_a_first_cycle_says_what_is_watched_and_what_yesterday_would_have_brought() -> None:
    text = made("first", MessageStyle.CHAT).text
    assert text.startswith("Watching 34 feeds with 12 rules; yesterday these would have been sent:\n")
    assert "Trucks wait at the tunnel (Outlet C) https://outlet-c.example/9" in text
    assert "and 2 more" in text


class Page(HTMLParser):
    """What of a page a mail client may refuse, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.spans: list[list[int]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        self.addresses += [value for name, value in attrs if name in {"href", "src", "background"} and value]
        if tag == "table" and found.get("role") == "img":
            self.spans.append([])
        elif tag == "td" and self.spans and found.get("height") == "28":
            self.spans[-1].append(int(found.get("colspan") or 1))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mail_asks_nobody_for_anything_and_runs_nothing(name: str) -> None:
    html = made(name, MessageStyle.MAIL).html or ""
    page = Page(html)
    assert not {"script", "img", "svg", "link", "iframe", "form", "object"} & set(page.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert all(address.startswith("https://") for address in page.addresses)


def test_each_plot_has_all_of_its_slices_and_says_in_words_what_it_shows() -> None:
    page = Page(made("full", MessageStyle.MAIL).html or "")
    assert [sum(spans) for spans in page.spans] == [24, 24]
    text = made("full", MessageStyle.MAIL).text
    assert "17 matches, 2 alerts, most from 00:00 (9)" in text
    assert "·▂▅▁············█·······" in text


def test_what_is_kept_is_told_once() -> None:
    (kept,) = sample("first", ENDS).details
    facts = replace(FULL, lines=(*FULL.lines, line(kept.alert.alert_id, "Armenia urges action over the corridor")))
    message = render_digest(facts, [kept], MessageStyle.MAIL, zone="UTC", now=ENDS)
    assert message.text.count("Armenia urges action") == 1
    assert (message.html or "").count(">A412 ") + (message.html or "").count("A412 ·") == 1


def test_sums_that_do_not_close_are_loud() -> None:
    facts = replace(EMPTY, sums=replace(EMPTY.sums, matches=3, told=1, lost=2))
    message = render_digest(facts, (), MessageStyle.MAIL, zone="UTC", now=ENDS)
    assert "the sums do not close" in message.text
    assert "2 LOST" in message.text
    assert "THE SUMS DO NOT CLOSE" in (message.html or "")


def test_hostile_words_mean_nothing() -> None:
    html = made("full", MessageStyle.MAIL).html or ""
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    text = made("full", MessageStyle.MAIL).text
    assert "@everyone" not in text
    assert "](" not in text


def test_a_page_that_would_be_cut_by_a_mail_client_lists_less() -> None:
    lines = tuple(line(number, "long headline " * 12) for number in range(200))
    rules = tuple(rule(f"r{number}", "a rule " * 12, *[1, 2] * 12) for number in range(40))
    near = tuple(Near(rule_id="r", headline="near " * 40, outlet="o", link="", short="s " * 80) for _ in range(5))
    facts = replace(FULL, lines=lines, rules=rules, near=near, alerts=900, troubles=("t " * 200,) * 60)
    html = render_digest(facts, (), MessageStyle.MAIL, zone="UTC", now=ENDS).html or ""
    assert len(html) <= LONGEST_PAGE
    assert "900 alerts" in html
    assert "And 700 older alerts of this time" in html


counts = st.integers(0, 10_000)
words = st.text(max_size=60)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


lines = st.builds(
    line, counts, words, claimed_by=st.none() | words, outlet=words, link=words, rule=words, why=words, reason=words
)
rules = st.builds(rule, st.text(max_size=20), words, counts.filter(bool), counts, counts, useful=counts, noise=counts)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(DigestKind),
    style=st.sampled_from(MessageStyle),
    lines=st.lists(lines, max_size=3),
    rules=st.lists(rules, max_size=3),
    alerts=counts,
    now=moments,
)
def test_any_facts_survive_the_store_and_are_told(
    kind: DigestKind,
    style: MessageStyle,
    lines: list[Line],
    rules: list[RuleLine],
    alerts: int,
    now: datetime,
) -> None:
    facts = replace(FULL, kind=kind, lines=tuple(lines), rules=tuple(rules), alerts=alerts)
    assert read(written(facts)) == facts
    message = render_digest(facts, (), style, zone="Asia/Tbilisi", now=now)
    assert "\n" not in message.title
    assert not re.search("[\ue000-\ue004]", message.text)
