"""How alerts read, and that nothing from outside can do more than be read."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.alerts import AlertDetail, Carrier
from pipelines.delivery.dialects import DISCORD, posts
from pipelines.delivery.message import LONGEST_HTML, operator_notice, render
from pipelines.model import Content, Hit, Outlet, Published
from pipelines.states import Field, MessageStyle, OutletId, Precision, Severity, TextSource
from tests.unit.delivery.samples import CONTENT, NOW, OUTLET, article, carrier, content, detail, hits, match, rule

CHAT, SHORT, MAIL = MessageStyle.CHAT, MessageStyle.SHORT, MessageStyle.MAIL


def chat(of: AlertDetail, zone: str = "Asia/Tbilisi", now: datetime = NOW) -> list[str]:
    message = render(of, CHAT, zone=zone, now=now)
    return [message.title, *message.text.splitlines()]


def test_a_chat_message() -> None:
    assert chat(detail(carriers=(carrier("B"), carrier("C")))) == [
        "HIGH · A412 · Peacekeepers and the Lachin corridor",
        "*Armenia urges action over the corridor*",
        "Outlet A · English · https://a.example/001",
        "“A *peacekeeper* stood at the activists' camp in the *Lachin* corridor.”",
        "Why: any and and_any, 7 words apart",
        "Same text: Outlet B, Outlet C",
        "Published 20:41 · found 20:44 · sent 20:45 Tbilisi",
    ]


def test_reports_of_the_same_event_are_named_and_the_page_is_linked() -> None:
    page = "https://desk.example/A412?key=k"
    told = replace(detail(), related=tuple(carrier(name) for name in "CDEF"), page=page)
    lines = chat(told)
    assert lines[5].startswith("Perhaps the same event: Outlet C, “")
    assert lines[5].count("Outlet ") == 3
    assert lines[7] == f"Mine · Useful · Noise · Silence 4 h: {page}"
    mail = render(told, MAIL, zone="UTC", now=NOW)
    assert mail.html is not None
    for words in ("Perhaps the same event", "Outlet E", page):
        assert words in mail.text
        assert words in mail.html
    assert "Outlet F" not in mail.html


def test_what_is_not_known_or_not_special_is_left_out() -> None:
    bare = content(title="Lachin", body="", language=None, published=None, text_source=TextSource.HEADLINE)
    found = match(
        content=bare,
        rule=rule(severity=Severity.NORMAL),
        article=article(link="urn:wirewatch:1"),
        found=hits(bare, any="Lachin"),
        clause="any",
    )
    assert chat(detail(found), zone="UTC") == [
        "A412 · Peacekeepers and the Lachin corridor",
        "*Lachin*",
        "Outlet A · headline only",
        "Why: any",
        "No time of publication · found 16:44 · sent 16:45 UTC",
    ]


def test_a_short_message_is_two_lines() -> None:
    message = render(detail(), SHORT, zone="UTC", now=NOW)
    assert message.title == "HIGH · A412 · Peacekeepers and the Lachin corridor"
    assert message.text == "Armenia urges action over the corridor\nOutlet A · https://a.example/001"
    assert message.html is None


def test_a_mail_lists_each_carrier_with_its_own_headline_and_link() -> None:
    message = render(detail(carriers=(carrier("B"), carrier("C", "War & peace"))), MAIL, zone="UTC", now=NOW)
    subject = "HIGH · Peacekeepers and the Lachin corridor: Armenia urges action over the corridor [A412]"
    assert message.title == subject
    assert "- Outlet C: War & peace\n  https://c.example/1" in message.text
    assert message.html is not None
    assert "<strong>Outlet C</strong> · <bdi>War &amp; peace</bdi>" in message.html
    assert 'href="https://c.example/1"' in message.html
    assert re.search(r"<mark [^>]*>peacekeeper</mark>", message.html)


def test_an_outlet_is_named_once_and_the_articles_own_not_again() -> None:
    own = Carrier(outlet=OUTLET, title="Own", link="https://a.example/2")
    many = tuple(carrier(f"N{number}") for number in range(20))
    lines = chat(detail(carriers=(own, carrier("B"), carrier("B", "Again"), *many)))
    [line] = [line for line in lines if line.startswith("Same text")]
    assert line.startswith("Same text: Outlet B, Outlet N0, ")
    assert line.endswith("Outlet N10 and 9 more")


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        (Published(moment=datetime(2026, 11, 22, 0, 30, tzinfo=UTC)), "Published 04:30"),
        (Published(moment=datetime(2026, 11, 21, 19, 30, tzinfo=UTC)), "Published 21 Nov 23:30"),
        (Published(moment=datetime(2026, 11, 21, 20, 30, tzinfo=UTC)), "Published 00:30"),
        (
            Published(moment=datetime(2025, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=9)))),
            "Published 1 Jan 2025 22:04",
        ),
        (Published(moment=datetime(2026, 11, 22, tzinfo=UTC), precision=Precision.DAY), "Published 22 Nov ·"),
        (Published(moment=datetime(2025, 11, 22, tzinfo=UTC), precision=Precision.DAY), "Published 22 Nov 2025 ·"),
    ],
)
def test_times_are_the_zones_with_a_date_where_it_is_not_today(published: Published, shown: str) -> None:
    assert chat(detail(match(content=content(published=published))))[-1].startswith(shown)


def test_the_second_sentence_is_shown_for_a_group_the_first_lacks() -> None:
    long = content(
        body="Lachin was quiet. Nothing else. Mr. Smith saw a peacekeeper near Lachin.\nThe film opened. More."
    )
    found = (*hits(long, place="Lachin", film="film", force="peacekeeper"), hit(long, "place", "Lachin.", cut=1))
    quotes = [line for line in chat(detail(match(content=long, found=found))) if line.startswith("“")]
    assert quotes == ["“Mr. Smith saw a *peacekeeper* near *Lachin*.”", "“The *film* opened.”"]


def hit(of: Content, group: str, words: str, cut: int = 0) -> Hit:
    start = of.body.index(words)
    text = words[: len(words) - cut]
    return Hit(group=group, field=Field.BODY, start=start, end=start + len(text), text=text)


def test_a_long_sentence_is_trimmed_around_its_hits() -> None:
    filler = "and so it went on " * 30
    long = content(body=f"It began {filler}when a peacekeeper {filler}came to Lachin {filler}at last.")
    [quote] = [line for line in chat(detail(match(content=long))) if line.startswith("“")]
    assert re.fullmatch(r"“… .{20,80} when a \*peacekeeper\* .{20,80} … .{20,80} to \*Lachin\* .{20,80} …”", quote)


def test_hits_in_a_lead_that_is_only_a_view_of_the_body_are_shown_once() -> None:
    body_hits = hits(CONTENT, any="Lachin", and_any="peacekeeper")
    views = tuple(Hit(group=h.group, field=Field.LEAD, start=h.start, end=h.end, text=h.text) for h in body_hits)
    assert chat(detail(match(found=views + body_hits))) == chat(detail())


def test_hits_that_do_not_stand_where_they_say_are_left_out() -> None:
    wrong = (Hit(group="any", field=Field.BODY, start=3, end=9, text="Lachin"),)
    assert not [line for line in chat(detail(match(found=wrong)))[2:] if "*" in line]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("@everyone <!channel> @here", "＠everyone ‹!channel› ＠here"),
        ("<https://evil.example|bank>", "‹https:∕∕evil․example|bank›"),
        ("[bank](https://evil.example)", "[bank] (https:∕∕evil․example)"),
        ("two\r\nlines\x00\x1b[31m\u202e", "two lines[31m"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_words_from_outside_cannot_mention_link_or_hide(words: str, shown: str) -> None:
    of = detail(match(content=content(title=words)), carriers=(carrier("B"),))
    assert chat(of)[1] == f"*{shown}*"


def test_a_link_cannot_leave_its_place() -> None:
    awkward = detail(match(article=article(link="https://a.example/@everyone/é?q=<b>|x&y=1")))
    assert chat(awkward)[2].endswith(" · https://a.example/%40everyone/é?q=%3Cb%3E%7Cx&y=1")
    for link in ("javascript:alert(1)", "https://a.example/\n@here", "https://a.example/" + "x" * 3000):
        assert chat(detail(match(article=article(link=link))))[2] == "Outlet A · English"


def test_an_operator_notice_is_bounded_too() -> None:
    notice = operator_notice("3 feeds fail\r\n", [f"feed {number} @here" for number in range(30)])
    assert notice.title == "3 feeds fail"
    assert notice.text.splitlines()[0] == "feed 0 ＠here"
    assert notice.text.splitlines()[-1] == "and 10 more"
    assert operator_notice("x", []).text
    paths = operator_notice("routes.yaml", ["/desk/routes.yaml:2: see https://feeds.example/a.xml: HTTP 404"])
    assert paths.title == "routes.yaml"
    assert paths.text == "/desk/routes.yaml:2: see https://feeds.example/a.xml: HTTP 404"
    [post] = posts(paths, DISCORD)
    assert post.text == "routes․yaml\n/desk/routes.yaml:2: see <https://feeds.example/a.xml>: HTTP 404"


class Tags(HTMLParser):
    """The tags and the addresses of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src"}]


OUTSIDE = st.text(max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=a>",
        "@everyone",
        "[a](https://evil.example)",
        "{{ 7*7 }}",
        "x" * 5000,
    ]
)
LINKS = st.sampled_from(["javascript:a", 'https://a.example/"><b>', "https://a.example/" + "&" * 2000]) | OUTSIDE


@st.composite
def details(draw: st.DrawFn) -> AlertDetail:
    title, body = draw(OUTSIDE), draw(OUTSIDE) + " Lachin " + draw(OUTSIDE)
    words = content(title=title, lead=draw(OUTSIDE), body=body, language=draw(st.sampled_from(["en", "xx", None])))
    spans = draw(st.lists(st.tuples(st.integers(0, 80), st.integers(1, 90), st.sampled_from(Field)), max_size=6))
    found = []
    for start, length, field in spans:
        text = {Field.TITLE: title, Field.LEAD: words.lead, Field.BODY: body}.get(field, body)[start : start + length]
        found.append(Hit(group=text[:1], field=field, start=start, end=start + len(text), text=text))
    outlets = [
        Outlet(outlet_id=OutletId(str(number)), title=draw(OUTSIDE)) for number in range(draw(st.integers(0, 30)))
    ]
    carriers = tuple(Carrier(outlet=outlet, title=draw(OUTSIDE), link=draw(LINKS)) for outlet in outlets)
    return detail(match(content=words, article=article(link=draw(LINKS)), found=tuple(found)), carriers)


@settings(max_examples=60, deadline=None)
@given(of=details())
def test_every_message_is_bounded_and_inert(of: AlertDetail) -> None:
    for style in MessageStyle:
        message = render(of, style, zone="UTC", now=NOW)
        assert "\n" not in message.title
        assert 0 < len(message.title) <= 250
        assert message.text
        if style is not MAIL:
            assert len(message.text) <= 6_000
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]", message.title + message.text)
        assert not re.search(r"@everyone|<|\]\(", message.text)
        message.text.encode()
    page = render(of, MAIL, zone="UTC", now=NOW).html
    assert page is not None
    assert len(page) <= LONGEST_HTML
    tags = Tags(page)
    expected = {
        "html",
        "head",
        "meta",
        "body",
        "table",
        "tr",
        "td",
        "p",
        "span",
        "h1",
        "strong",
        "bdi",
        "a",
        "br",
        "mark",
        "blockquote",
        "style",
        "title",
    }
    assert tags.tags <= expected
    assert all(address.startswith(("http://", "https://")) for address in tags.addresses)
    assert "49" not in page or "49" in repr(of)
