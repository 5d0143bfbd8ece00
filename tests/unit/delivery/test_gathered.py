"""Several alerts in one message: first ones of an event, its updates, and what was kept back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import AlertDetail, Bundled
from pipelines.delivery.gathered import news, render_all
from pipelines.delivery.message import LONGEST_HTML, render
from pipelines.model import Outlet
from pipelines.states import AlertId, AlertReason, MessageStyle, OutletId, Severity
from tests.unit.delivery.samples import NOW, article, carrier, content, detail, match, rule

SENT = Bundled(last_alert=AlertId(412), last_sent_at=NOW - timedelta(minutes=20))
NOTHING = Bundled()


def numbered(number: int, title: str = "A headline", severity: Severity = Severity.NORMAL) -> AlertDetail:
    """An alert of its own number, headline and outlet."""
    outlet = Outlet(outlet_id=OutletId(f"o{number}"), title=f"Outlet {number}")
    found = match(
        content=content(title=f"{title} {number}"),
        article=article(outlet=outlet, link=f"https://a.example/{number}"),
        rule=rule(severity=severity),
    )
    one = detail(found)
    return replace(one, alert=replace(one.alert, alert_id=AlertId(number)))


def shown(
    *details: AlertDetail, style: MessageStyle = MessageStyle.CHAT, occasion: str = "", earlier: Bundled = NOTHING
) -> tuple[str, str]:
    message = render_all(details, style, occasion=occasion, earlier=earlier, zone="Asia/Tbilisi", now=NOW)
    return message.title, message.text


def test_one_alert_that_is_the_first_is_told_as_ever() -> None:
    one = numbered(413)
    for style in MessageStyle:
        assert render_all([one], style, occasion="", earlier=NOTHING, zone="UTC", now=NOW) == render(
            one, style, zone="UTC", now=NOW
        )


def test_an_update_says_what_it_follows_and_reads_alone() -> None:
    title, text = shown(numbered(413, severity=Severity.HIGH), numbered(414), earlier=SENT)
    news = "another report, by Outlet 413 and 1 more report"
    assert title == f"UPDATE to A412 (sent 20:25) · {news} · HIGH · A413, A414 · Peacekeepers and the Lachin corridor"
    for number in (413, 414):
        assert f"A headline {number}" in text
        assert f"https://a.example/{number}" in text
    assert "HIGH · A413 · Peacekeepers and the Lachin corridor: any and and_any" in text


def test_a_correction_says_so_in_its_title() -> None:
    one = numbered(413)
    corrected = replace(one, alert=replace(one.alert, reason=AlertReason.CORRECTED, why="the page says so"))
    title, text = shown(corrected, earlier=SENT)
    assert title == (
        "UPDATE to A412 (sent 20:25) · CORRECTED: the page says so · A413 · Peacekeepers and the Lachin corridor"
    )
    assert "Why: corrected: the page says so" in text
    mail = render_all([corrected], MessageStyle.MAIL, occasion="", earlier=SENT, zone="UTC", now=NOW)
    assert mail.title.startswith("Corrected: Peacekeepers")
    said = "UPDATE to A412 (sent 16:25) · CORRECTED: the page says so"
    assert mail.text.startswith(f"{said} · A413")
    assert said in (mail.html or "")


@pytest.mark.parametrize(
    ("reasons", "told", "words"),
    [
        ([(AlertReason.SOURCES, "third source (1 when last told)")], False, "third source (1 when last told)"),
        ([(AlertReason.FIRST, "")], False, "another report, by Outlet A"),
        ([(AlertReason.FIRST, "")], True, "also under Peacekeepers and the Lachin corridor"),
        ([(AlertReason.TAKEN_DOWN, "")], False, "TAKEN DOWN"),
        (
            [(AlertReason.NEW_GROUP, f"new: g{number} (word)") for number in range(5)],
            False,
            "new: g0 (word), new: g1 (word), new: g2 (word), and more",
        ),
        (
            [(AlertReason.NEW_GROUP, "new: action (withdrew)"), (AlertReason.FIRST, "")],
            False,
            "another report, by Outlet A, new: action (withdrew)",
        ),
    ],
)
def test_an_update_says_what_is_new(reasons: list[tuple[AlertReason, str]], told: bool, words: str) -> None:
    details = [
        replace(one, alert=replace(one.alert, reason=reason, why=why))
        for (reason, why) in reasons
        for one in [detail()]
    ]
    articles = frozenset({detail().match.revision.article.article_id} if told else ())
    assert news(details, replace(SENT, articles=articles)) == words


def test_what_was_held_says_why() -> None:
    title, text = shown(*(numbered(number) for number in range(1, 8)), occasion="held for night until 08:00")
    assert title == "7 alerts · Peacekeepers and the Lachin corridor · held for night until 08:00"
    assert all(f"https://a.example/{number}" in text for number in range(1, 8))


def test_a_short_message_names_the_rest() -> None:
    _, text = shown(*(numbered(number) for number in range(1, 6)), style=MessageStyle.SHORT)
    assert text.endswith("and 2 more: A4, A5")
    assert "https://a.example/3" in text


def test_a_mail_has_every_headline_and_link_in_both_its_parts() -> None:
    many = [numbered(number) for number in range(1, 13)]
    message = render_all(many, MessageStyle.MAIL, occasion="", earlier=SENT, zone="UTC", now=NOW)
    assert message.title.startswith("Update: Peacekeepers and the Lachin corridor: A headline 1 [A1]")
    assert message.title.endswith("and 11 more")
    assert message.html is not None
    for number in range(1, 13):
        for part in (message.text, message.html):
            assert f"https://a.example/{number}" in part
            assert f"A headline {number}" in part


def test_a_page_too_long_for_one_mail_gives_way_to_the_text_and_nothing_is_left_out() -> None:
    many = [numbered(number, title="A headline " * 15) for number in range(1, 201)]
    message = render_all(many, MessageStyle.MAIL, occasion="", earlier=NOTHING, zone="UTC", now=NOW)
    assert message.html is None
    assert all(f"https://a.example/{number}" in message.text for number in range(1, 201))


@pytest.mark.parametrize("style", list(MessageStyle))
@given(titles=st.lists(st.text(max_size=300), min_size=1, max_size=6), occasion=st.sampled_from(["", "held"]))
def test_every_bundle_gives_a_message_that_is_bounded_and_inert(
    style: MessageStyle, titles: list[str], occasion: str
) -> None:
    details = [numbered(number, title=f"<!channel> {title}") for number, title in enumerate(titles, 1)]
    message = render_all(details, style, occasion=occasion, earlier=SENT, zone="UTC", now=NOW)
    assert message.title
    assert "<!channel>" not in message.text
    assert message.html is None or ("<!channel>" not in message.html and len(message.html) <= LONGEST_HTML)


@pytest.mark.parametrize("others", [0, 1, 20])
def test_an_update_names_who_has_printed_the_text_since(others: int) -> None:
    earlier = replace(SENT, reprints=tuple(carrier(f"R{number}", "Same & same") for number in range(30)))
    told = [numbered(413 + number) for number in range(others + 1)]
    chat, mail, short = (
        render_all(told, style, occasion="", earlier=earlier, zone="UTC", now=NOW)
        for style in (MessageStyle.CHAT, MessageStyle.MAIL, MessageStyle.SHORT)
    )
    for number in range(30):
        assert f"- Outlet R{number} · https://r{number}.example/1" in chat.text.splitlines()
        assert f"- Outlet R{number} · https://r{number}.example/1" in mail.text.splitlines()
        assert mail.html is None or f'href="https://r{number}.example/1"' in mail.html
    assert "the same text at 30 more outlets" in short.text
