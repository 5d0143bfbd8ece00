"""The pages: each reads what it shows and fills a template; none changes anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.delivery.wording import number
from pipelines.desk.views import events, numbers, one
from pipelines.desk.visitors import Door, Refused, Visitor
from pipelines.rendering import fill
from pipelines.states import AlertId

if TYPE_CHECKING:
    from storage.store import SqlStore

TEMPLATES = Path(__file__).parent / "templates"
EVENTS = 60
"""Alerts on the first page: more than anybody reads, and quick to load."""
ROWS = 200
LOOKED_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages stand on."""

    store: "SqlStore"
    folder: Path
    """The desk's folder, for rules that are asked about."""
    zone: Callable[[], str]
    clock: Callable[[], datetime]
    door: Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, its visitor let in."""

    visitor: Visitor
    path: Mapping[str, int]
    query: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def alert_id(self) -> AlertId:
        """The alert that the address names."""
        return AlertId(self.path["alert_id"])

    @property
    def key(self) -> str:
        """The link's token, to be sent along with what is asked from here; empty without one."""
        return (self.fields.get("key") or self.query.get("key", "")) if self.visitor.only else ""


def shown(desk: Desk, asked: Asked, template: str, **values: object) -> str:
    """A page with what every page needs."""
    form = desk.door.signer.form(asked.visitor.who)
    return fill(TEMPLATES, template, visitor=asked.visitor, key=asked.key, form=form, **values)


def refusal(text: str) -> str:
    """The page that says why there is no other."""
    return fill(TEMPLATES, "refused.html", text=text)


def _events(desk: Desk, asked: Asked) -> str:
    before = asked.query.get("before", "").removeprefix("A")
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
    return shown(desk, asked, "held.html", rows=desk.store.desk.held(ROWS))


def _silences(desk: Desk, asked: Asked) -> str:
    return shown(desk, asked, "silences.html", rows=desk.store.silences.all(desk.clock()))


def _feeds(desk: Desk, asked: Asked) -> str:
    return shown(desk, asked, "feeds.html", rows=desk.store.journal.feeds())


def _rules(desk: Desk, asked: Asked) -> str:
    found = desk.store.desk.rules(desk.clock() - LOOKED_BACK)
    return shown(desk, asked, "rules.html", rows=[numbers(row) for row in found])


def _search(desk: Desk, asked: Asked) -> str:
    words = asked.query.get("q", "")[:200].strip()
    found = desk.store.desk.search(words, ROWS) if words else ()
    return shown(desk, asked, "search.html", words=words, rows=found)


def _try(desk: Desk, asked: Asked) -> str:
    return shown(desk, asked, "try.html", text="", problems=(), rows=None, number=number)


PAGES: Mapping[str, Callable[[Desk, Asked], str]] = {
    "/": _events,
    "/stamp": _stamp,
    "/A{alert_id:int}": _alert,
    "/articles/{article_id:int}": _article,
    "/held": _held,
    "/silences": _silences,
    "/feeds": _feeds,
    "/rules": _rules,
    "/search": _search,
    "/try": _try,
}
