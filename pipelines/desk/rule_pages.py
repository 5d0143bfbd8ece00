"""The pages about rules: how each does, one of them, and one tried on the past."""

from datetime import date, timedelta

from pipelines.delivery.wording import number
from pipelines.desk.desk import Asked, Desk, shown
from pipelines.desk.views import bars, numbers, one
from pipelines.desk.visitors import Refused
from pipelines.overview.rule_numbers import LOOKED_BACK
from pipelines.states import RuleId

LAST = 20
"""Alerts on a rule's page."""


def rules(desk: Desk, asked: Asked) -> str:
    """Every rule with its numbers; those that were told of most stand first."""
    found = [numbers(row) for row in desk.store.desk_rules.numbers(desk.clock() - LOOKED_BACK)]
    rows = sorted(found, key=lambda row: (-row.alerts, -row.matches, row.rule_id))
    return shown(desk, asked, "rules.html", rows=rows)


def rule(desk: Desk, asked: Asked) -> str:
    """One rule: its matches by day, its source, its last alerts."""
    now, zone, rule_id = desk.clock(), desk.zone(), str(asked.path["rule_id"])
    found = desk.store.desk_rules.one(RuleId(rule_id), now - LOOKED_BACK, LAST)
    if found is None:
        raise Refused(404, f"There is no rule {rule_id}.")
    alerts = [one(told, zone, now) for told in found.last]
    file = found.rule.file.removeprefix(f"{desk.folder}/")
    plot = bars(found.days, days(now.date()))
    return shown(desk, asked, "rule.html", rule=found.rule, file=file, bars=plot, alerts=alerts)


def days(last: date) -> list[date]:
    """The days that are looked back to, the oldest first."""
    return [last - timedelta(days=back) for back in range(LOOKED_BACK.days, -1, -1)]


def trying(desk: Desk, asked: Asked) -> str:
    """The form for a rule to try, with the one that is asked for in it."""
    wanted, known = asked.query.get("rule"), desk.store.desk_rules.sources()
    text = next((one.source for one in known if one.rule_id == wanted), "")
    return shown(desk, asked, "try.html", text=text, rules=known, wanted=wanted, problems=(), tried=None, number=number)
