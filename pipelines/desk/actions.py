"""What the buttons do; each action is one form, and answers with where to go next or with a page."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from pipelines.alerts import AlertDetail, Silence
from pipelines.delivery.wording import number
from pipelines.desk.pages import LOOKED_BACK, Asked, Desk, shown
from pipelines.desk.visitors import Refused

SILENCE = timedelta(hours=4)
LONGEST_RULE = 64 << 10
TRIED_FOR = 15.0
"""Seconds in which a rule is tried on the past: somebody waits before the page."""


def _claim(desk: Desk, asked: Asked) -> str:
    desk.store.silences.acknowledge(asked.alert_id, asked.visitor.who, desk.clock())
    return _back(asked)


def _useful(desk: Desk, asked: Asked) -> str:
    desk.store.desk.mark(asked.alert_id, asked.visitor.who, "useful", desk.clock())
    return _back(asked)


def _noise(desk: Desk, asked: Asked) -> str:
    desk.store.desk.mark(asked.alert_id, asked.visitor.who, "noise", desk.clock())
    return _back(asked)


def _silence(desk: Desk, asked: Asked) -> str:
    """Silence the alert's rule about its story, or the rule where it is about no story."""
    found = desk.store.desk.alert(asked.alert_id)
    if found is None:
        raise Refused(404, f"There is no alert A{asked.alert_id}.")
    detail, now = found.row.detail, desk.clock()
    selector = {"rule": str(found.row.rule.rule_id)}
    if isinstance(detail, AlertDetail):
        selector["story"] = str(detail.match.story_id)
    why = f"from A{asked.alert_id} on the page"
    wanted = Silence(
        silence_id=0, selector=selector, who=asked.visitor.who, why=why, starts_at=now, until=now + SILENCE
    )
    desk.store.silences.add(wanted)
    return _back(asked)


def _end_silence(desk: Desk, asked: Asked) -> str:
    desk.store.silences.end(asked.path["silence_id"], desk.clock())
    return "/silences"


def _tried(desk: Desk, asked: Asked) -> str:
    """A pasted rule on the texts of the last days; nothing of it is kept."""
    from pipelines.desk.trying import tried

    text = asked.fields.get("rule", "")
    if len(text) > LONGEST_RULE:
        raise Refused(413, "The rule is too long.")
    problems, rows = tried(desk.store.archive, desk.folder, text, desk.clock() - LOOKED_BACK, desk.clock(), TRIED_FOR)
    return shown(desk, asked, "try.html", text=text, problems=problems, rows=rows, number=number)


def _back(asked: Asked) -> str:
    """To the alert; with the link's token, where that let the visitor in."""
    if asked.fields.get("to") == "events" and not asked.key:
        return f"/#A{asked.alert_id}"
    return f"/A{asked.alert_id}" + (f"?key={asked.key}" if asked.key else "")


ACTIONS: Mapping[str, Callable[[Desk, Asked], str]] = {
    "/A{alert_id:int}/claim": _claim,
    "/A{alert_id:int}/useful": _useful,
    "/A{alert_id:int}/noise": _noise,
    "/A{alert_id:int}/silence": _silence,
    "/silences/{silence_id:int}/end": _end_silence,
    "/try": _tried,
}
