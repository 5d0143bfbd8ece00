"""Every service's own format, for one alert of each kind, held against what was found good.

WIREWATCH_WRITE_GOLDEN=1 renews what is held against.
"""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.delivery import marks
from pipelines.delivery.dialects import BY_SERVICE, DISCORD, PLAIN, SLACK, SMS, TELEGRAM, Dialect, posts, told
from pipelines.delivery.preview import FORMATS, Shown, shown
from pipelines.delivery.samples import SAMPLES, sample
from pipelines.delivery.wording import clean

GOLDEN = Path(__file__).parents[2] / "data" / "messages"
NOW = datetime(2026, 11, 22, 16, 45, tzinfo=UTC)
DIALECTS = list({one.name: one for one in (*BY_SERVICE.values(), PLAIN, SMS)}.values())


def of(name: str, service: str) -> Shown:
    return shown(service, sample(name, NOW), zone="Asia/Tbilisi", now=NOW)


def as_file(found: Shown) -> str:
    heads = [f"--- {number} of {len(found.posts)} ---" for number in range(1, len(found.posts) + 1)]
    return "\n".join(
        f"{head}\n{f'[{post.title}]' + chr(10) if post.title else ''}{post.text}\n"
        for head, post in zip(heads, found.posts, strict=True)
    )


def held_against(path: Path, text: str) -> None:
    if os.environ.get("WIREWATCH_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("service", FORMATS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_is_as_it_was_found_good(name: str, service: str) -> None:
    found = of(name, service)
    held_against(GOLDEN / name / f"{service}.txt", as_file(found))
    if found.html is not None:
        held_against(GOLDEN / name / f"{service}.html", f"{found.html}\n")


@pytest.mark.parametrize("service", FORMATS)
def test_the_same_facts_are_in_every_format(service: str) -> None:
    [first] = of("first", service).posts
    words = f"{first.title}\n{first.text}"
    facts = [
        "HIGH",
        "A412",
        "Peacekeepers and the Lachin corridor",
        "Armenia urges action over the corridor",
        "Outlet A",
    ]
    if service != "sms":
        facts += ["English", "7 words apart", "Outlet B", "Perhaps the same event", "Outlet C", "Silence 4 h"]
        facts += ["20:41", "20:44", "20:45", "Tbilisi", "https://desk.example/A412?key=sample"]
    assert [fact for fact in [*facts, "https://outlet-a.example/412"] if fact not in words] == []
    if service != "sms":
        captioned = of("caption", service).posts[0].text
        assert "(photo caption)" in captioned
        assert "(photo caption)" not in first.text


@pytest.mark.parametrize("service", FORMATS)
def test_each_update_says_first_what_is_new(service: str) -> None:
    for name, news in (
        ("update", "third source"),
        ("correction", "CORRECTED: its headline was: Armenia urges"),
        ("taken-down", "TAKEN DOWN: HTTP 410"),
    ):
        post = of(name, service).posts[0]
        if service == "mail":
            assert post.title.startswith(
                {"update": "Update", "correction": "Corrected", "taken-down": "Taken down"}[name]
            )
        else:
            assert re.match(r"(\(1/\d\) )?UPDATE to A412 \(sent 20:25\) [·-] ", post.title or post.text)
            assert news in f"{post.title} {post.text}".replace("\n", " ").split("HIGH")[0]


WORDS = st.text(max_size=400) | st.sampled_from(
    [
        "@everyone",
        "<!here>",
        "https://evil.example/x",
        "**a** _b_ `c`",
        "&amp;",
        "```",
        "](http://a.example)",
        "😀" * 50,
    ]
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text with marks, as templates write it of cleaned words."""
    parts = draw(st.lists(st.tuples(WORDS, st.sampled_from(["", "bold", "link", "line"])), max_size=30))
    made = ""
    for words, kind in parts:
        safe = clean(words)
        if kind == "link":
            made += f" {marks.link('https://a.example/' + 'x' * len(safe))} "
        else:
            made += {"": safe, "bold": marks.bold(safe), "line": f"\n{safe}"}[kind]
    return made.strip() or "nothing"


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
@settings(max_examples=60)
@given(text=texts(), limit=st.integers(140, 900))
def test_whatever_is_told_is_cut_within_the_limit_and_nothing_is_lost(dialect: Dialect, text: str, limit: int) -> None:
    message = told("A heading", text)
    found = posts(message, dialect, limit)
    assert all(_counted(dialect, post.text) <= limit for post in found)
    whole = "".join(_words(dialect, post.text) for post in found)
    for word in marks.bare(text).split():
        if word.isascii() and word.isalnum():
            assert word in whole.replace("\n", "")
    assert not re.search("[\ue000-\ue004]", "".join(post.text + post.title for post in found))
    if dialect is not SMS:  # where nothing is a mention
        assert not re.search(r"@(everyone|here)|<!here>|https?://evil", "".join(post.text for post in found))


def _counted(dialect: Dialect, text: str) -> int:
    """Counted by the services' own words, not by ours."""
    shown_text = re.sub(r"</?(b|strong|a)( href=\"[^\"]*\")?>", "", text)
    match dialect.name:
        case "telegram":
            for sign, entity in (("<", "&lt;"), (">", "&gt;"), ("&", "&amp;")):
                shown_text = shown_text.replace(entity, sign)
            return len(shown_text.encode("utf-16-le")) // 2
        case "discord":
            return len(text.encode("utf-16-le")) // 2
        case "teams":
            return len(json.dumps(text))
        case _:
            return len(text)


def _words(dialect: Dialect, text: str) -> str:
    """Without the heading and the number that each part has."""
    plain = re.sub(r"</?(b|strong)>|[*\\]", "", text)
    return re.sub(r"^(A heading )?\(\d+/\d+\)( |\n|<br/>)+", "", plain)


def test_limits_are_the_services_own() -> None:
    assert {one.name: one.limit for one in (SLACK, TELEGRAM, DISCORD, SMS)} == {
        "slack": 35_000,
        "telegram": 4_096,
        "discord": 2_000,
        "sms": 160,
    }
    letters = "😀" * 1_001  # two units each, in UTF-16
    assert len(posts(told("", letters), DISCORD)) == 2
    assert len(posts(told("", letters), TELEGRAM)) == 1
    assert len(posts(told("", "&" * 4_000), TELEGRAM)) == 1  # `&amp;` is one character to Telegram
    assert len(posts(told("", "&" * 8_000), SLACK)) == 2  # and five to Slack
    assert len(posts(told("", "a" * 160), SMS)) == 1
    assert len(posts(told("", "ա" * 160), SMS)) == 3  # 70 letters of a script that the phones' alphabet lacks


def test_a_mark_that_is_cut_through_is_closed_and_opened_again() -> None:
    message = told("Heading", "Before " + marks.bold("word " * 1_000) + " after")
    for dialect, begin, end in ((TELEGRAM, "<b>", "</b>"), (DISCORD, "**", "**")):
        found = [post.text for post in posts(message, dialect)]
        assert len(found) > 1
        assert all(
            text.count(begin) == text.count(end) and text.count(begin) % (1 if begin != end else 2) == 0
            for text in found
        )
        assert sum(text.count("word") for text in found) == 1_000


def test_a_link_is_never_cut_in_two_that_still_lead_somewhere() -> None:
    address = "https://a.example/" + "x" * 2_020
    found = posts(told("Heading", f"Headline\n{marks.link(address)}"), DISCORD)
    assert "<https://" not in "".join(post.text for post in found)
    assert sum(post.text.count("x") for post in found) >= 2_020
