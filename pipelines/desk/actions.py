"""What the buttons do; each action is one form, and answers with where to go next or with a page."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from pipelines.alerts import AlertDetail, Silence
from pipelines.delivery.wording import number
from pipelines.desk.desk import Asked, Desk, shown
from pipelines.desk.visitors import Refused
from pipelines.overview.rule_numbers import LOOKED_BACK

if TYPE_CHECKING:
    from storage.desk_views import Told

SILENCE = timedelta(hours=4)
LASTING = {"1": "1 hour", "4": "4 hours", "12": "12 hours", "24": "a day", "168": "a week"}
"""Hours that a silence made on its page may last."""
LONGEST_RULE = 64 << 10
LONGEST_WORDS = 500
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
    found = _found(desk, asked)
    selector = {"rule": str(found.row.rule.rule_id)}
    if isinstance(found.row.detail, AlertDetail):
        selector["story"] = str(found.row.detail.match.story_id)
    _add_silence(desk, asked, selector, SILENCE, f"from A{asked.alert_id} on the page")
    return _back(asked)


def _new_silence(desk: Desk, asked: Asked) -> str:
    """A silence by rule, outlet and label, as its form says."""
    given = {name: asked.fields.get(name, "").strip()[:LONGEST_WORDS] for name in ("rule", "outlet", "label", "why")}
    selector = {name: given[name] for name in ("rule", "outlet") if given[name]}
    if given["label"]:
        name, equals, value = given["label"].partition("=")
        if not (name and equals and value) or name in {"rule", "outlet", "story"}:
            raise Refused(400, f"{given['label']} is no label: write one such as region=caucasus.")
        selector[name] = value
    if not selector or not given["why"]:
        raise Refused(400, "Say what to silence, by rule, outlet or label, and why.")
    hours = asked.fields.get("hours", "")
    if hours not in LASTING:
        raise Refused(400, "Say for how long.")
    _add_silence(desk, asked, selector, timedelta(hours=int(hours)), given["why"])
    return "/silences"


def _add_silence(desk: Desk, asked: Asked, selector: dict[str, str], lasting: timedelta, why: str) -> None:
    now = desk.clock()
    desk.store.silences.add(
        Silence(silence_id=0, selector=selector, who=asked.visitor.who, why=why, starts_at=now, until=now + lasting)
    )


def _end_silence(desk: Desk, asked: Asked) -> str:
    desk.store.silences.end(int(asked.path["silence_id"]), desk.clock())
    return "/silences"


def _noise_to_test(desk: Desk, asked: Asked) -> str:
    """Write the alert's article into its rule's file, as a test that it is no match."""
    from pipelines.desk.trying import rule_of_file
    from pipelines.rehearsal.new_test import write_test

    if asked.visitor.only is not None:
        raise Refused(403, "A link opens its alert; rules are changed by who may see the whole page.")
    detail = _found(desk, asked).row.detail
    if not isinstance(detail, AlertDetail):
        raise Refused(400, "This alert counts what other rules matched: there is no article to make a test of.")
    rule_id = str(detail.match.judgement.rule.rule_id)
    made = write_test(rule_of_file(desk.folder, rule_id), detail.match.revision.searched, "no_match")
    place = f"{made.path.relative_to(desk.folder.resolve())}:{made.line}"
    return shown(desk, asked, "tested.html", number=asked.alert_id, rule_id=rule_id, place=place, says=str(made.says))


def _tried(desk: Desk, asked: Asked) -> str:
    """A pasted rule on the texts of the last days; nothing of it is kept."""
    from pipelines.desk.trying import tried

    text = asked.fields.get("rule", "")
    if len(text) > LONGEST_RULE:
        raise Refused(413, "The rule is too long.")
    problems, result = tried(desk.store.archive, desk.folder, text, desk.clock() - LOOKED_BACK, desk.clock(), TRIED_FOR)
    page = {"text": text, "problems": problems, "tried": result, "number": number, "wanted": None}
    return shown(desk, asked, "try.html", rules=desk.store.desk_rules.sources(), **page)


def _found(desk: Desk, asked: Asked) -> "Told":
    found = desk.store.desk.alert(asked.alert_id)
    if found is None:
        raise Refused(404, f"There is no alert A{asked.alert_id}.")
    return found


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
    "/A{alert_id:int}/test": _noise_to_test,
    "/silences": _new_silence,
    "/silences/{silence_id:int}/end": _end_silence,
    "/try": _tried,
}
