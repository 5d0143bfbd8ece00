"""The pages: each reads what it shows and fills a template; none changes anything."""

from collections.abc import Callable, Mapping

from pipelines.desk.desk import Asked, Desk, shown
from pipelines.desk.digest_pages import digest, digests
from pipelines.desk.rule_pages import rule, rules, trying
from pipelines.desk.search_page import search
from pipelines.desk.views import events, feeds, held, one, silence
from pipelines.desk.visitors import Refused
from pipelines.states import AlertId, VerdictKind

EVENTS = 30
"""Alerts on the first page: more than anybody reads at once, and quick to load."""
ROWS = 100
FEEDS = 100
"""Feeds on a page: a thousand take a tenth of a second to write out."""


def _events(desk: Desk, asked: Asked) -> str:
    before = asked.query.get("before", "").removeprefix("A")[:18]
    found = desk.store.desk.events(EVENTS, AlertId(int(before)) if before.isdecimal() else None)
    told = events(found, desk.zone(), desk.clock())
    last = min((one.number for event in told for one in event.alerts), default=None)
    template = "events_list.html" if asked.query.get("part") else "events.html"
    return shown(desk, asked, template, events=told, last=last, before=before, stamp=stamp(desk))


def stamp(desk: Desk) -> str:
    """Changes when the events' page has something new to show."""
    return "-".join(map(str, desk.store.desk.newest()))


def _stamp(desk: Desk, _: Asked) -> str:
    return stamp(desk)


def _alert(desk: Desk, asked: Asked) -> str:
    found = desk.store.desk.alert(asked.alert_id)
    if found is None:
        raise Refused(404, f"There is no alert A{asked.alert_id}.")
    return shown(desk, asked, "alert.html", alert=one(found, desk.zone(), desk.clock()))


def _article(desk: Desk, asked: Asked) -> str:
    from pipelines.way_in_words import way_in_words

    lines = way_in_words(desk.store, desk.folder, str(asked.path["article_id"]))
    return shown(desk, asked, "article.html", lines=lines, number=asked.path["article_id"])


def _held(desk: Desk, asked: Asked) -> str:
    kinds = [kind for kind in VerdictKind if kind is not VerdictKind.SENT]
    kind = next((kind for kind in kinds if kind == asked.query.get("kind")), None)
    rows = held(desk.store.desk.held(ROWS, kind), desk.zone(), desk.clock())
    return shown(desk, asked, "held.html", rows=rows, kinds=kinds, kind=kind, most=ROWS)


def _silences(desk: Desk, asked: Asked) -> str:
    now, zone = desk.clock(), desk.zone()
    return shown(
        desk,
        asked,
        "silences.html",
        rows=[silence(row, zone, now) for row in desk.store.silences.all(now)],
        rules=desk.store.desk_rules.sources(),
        outlets=desk.store.desk.outlets(),
    )


def _feeds(desk: Desk, asked: Asked) -> str:
    now = desk.clock()
    found = feeds(desk.store.feeds.due_feeds(now, everything=True), desk.zone(), now)
    well, after = sum(row.state == "well" for row in found), asked.query.get("after", "")[:9]
    first = int(after) if after.isdecimal() else 0
    rows, last = found[first : first + FEEDS], first + FEEDS
    more = last if last < len(found) else None
    return shown(desk, asked, "feeds.html", rows=rows, well=well, total=len(found), more=more)


PAGES: Mapping[str, Callable[[Desk, Asked], str]] = {
    "/": _events,
    "/stamp": _stamp,
    "/A{alert_id:int}": _alert,
    "/articles/{article_id:int}": _article,
    "/held": _held,
    "/silences": _silences,
    "/feeds": _feeds,
    "/rules": rules,
    "/rules/{rule_id}": rule,
    "/digests": digests,
    "/digests/{digest_id:int}": digest,
    "/search": search,
    "/try": trying,
}
