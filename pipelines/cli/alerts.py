"""`wirewatch alerts`: what the desk was told."""

import getpass
import os
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.alerts import AlertDetail, Delivery, FindingDetail
from pipelines.cli.alerts_preview import preview
from pipelines.cli.here import number_of
from pipelines.cli.output import echo_json, echo_table
from pipelines.config import load_settings
from pipelines.delivery.wording import clean, cut
from pipelines.states import DeliveryState

if TYPE_CHECKING:
    from storage.journal import AlertRow


@click.group()
def alerts() -> None:
    """What the desk was told, and why."""


alerts.add_command(preview)


@alerts.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
@click.option("--json", "as_json", is_flag=True, help="Each alert as a JSON line.")
def list_command(limit: int, as_json: bool) -> None:
    """The last alerts: what about, why, and whether every receiver has it."""
    from storage.store import open_store

    with closing(open_store(load_settings(os.environ, Path.cwd()).database_url)) as store:
        rows = store.journal.alerts(limit)
    if as_json:
        for row in rows:
            echo_json(_facts(row))
    elif rows:
        columns = ("alert", "at", "severity", "rule", "headline", "outlet", "carriers", "reason", "deliveries")
        echo_table(columns, [_cells(row) for row in rows])
    else:
        click.echo("no alerts yet")


@alerts.command("ack")
@click.argument("alert", metavar="ID")
@click.option("--who", default=getpass.getuser, show_default="your user name", help="Who has taken it on.")
def ack_command(alert: str, who: str) -> None:
    """Say that you have taken an alert on: nobody else is woken up for it.

    Example: wirewatch alerts ack A12
    """
    from storage.store import open_store

    alert_id = number_of(alert)
    with closing(open_store(load_settings(os.environ, Path.cwd()).database_url)) as store:
        first = store.silences.acknowledge(alert_id, who, datetime.now(UTC))
    click.echo(f"A{alert_id} is {who}'s" if first else f"A{alert_id} was taken on before")


@alerts.command("mark")
@click.argument("alert", metavar="ID")
@click.argument("verdict", type=click.Choice(["useful", "noise"]))
@click.option("--who", default=getpass.getuser, show_default="your user name", help="Whose word it is.")
def mark_command(alert: str, verdict: str, who: str) -> None:
    """Say whether an alert was useful: it is counted as its rule's precision. Your last word counts.

    Example: wirewatch alerts mark A12 noise
    """
    from storage.store import open_store

    alert_id = number_of(alert)
    with closing(open_store(load_settings(os.environ, Path.cwd()).database_url)) as store:
        store.desk.mark(alert_id, who, verdict, datetime.now(UTC))
        told = store.desk.alert(alert_id)
    click.echo(f"A{alert_id} is {verdict} to {who}")
    detail = told.row.detail if told else None
    if verdict == "noise" and isinstance(detail, AlertDetail):
        rule, article = detail.match.judgement.rule.rule_id, detail.match.revision.article.article_id
        click.echo(f"make a test of it: wirewatch rules add-test {rule} {article} --expect no_match")


def _facts(row: "AlertRow") -> dict[str, object]:
    alert, rule = row.detail.alert, row.rule
    return {
        "id": alert.alert_id,
        "at": alert.created_at.isoformat(),
        "severity": rule.severity,
        "rule": rule.rule_id,
        **_about(row.detail),
        "carriers": _carriers(row.detail),
        "subject": alert.subject,
        "reason": alert.reason,
        "deliveries": [
            {"id": one.delivery_id, "receiver": one.receiver, "state": one.state, "error": one.error}
            for one in row.deliveries
        ],
    }


def _about(detail: AlertDetail | FindingDetail) -> dict[str, object]:
    """The article that matched; of a volume, what was counted."""
    if isinstance(detail, FindingDetail):
        return {"title": detail.finding.why, "url": None, "outlet": None, "why": detail.finding.why}
    article, content = detail.match.revision.article, detail.match.revision.content
    why = detail.match.judgement.clause
    return {"title": content.title, "url": article.link, "outlet": article.outlet.title, "why": why}


def _cells(row: "AlertRow") -> tuple[object, ...]:
    alert, rule, about = row.detail.alert, row.rule, _about(row.detail)
    return (
        f"A{alert.alert_id}",
        alert.created_at,
        rule.severity,
        rule.rule_id,
        cut(clean(str(about["title"])), 80),
        cut(clean(str(about["outlet"] or "")), 40),
        len(_carriers(row.detail)),
        alert.reason,
        _states(row.deliveries),
    )


def _carriers(detail: AlertDetail | FindingDetail) -> list[str]:
    """The outlets that print the story, each once, the article's own first."""
    if isinstance(detail, FindingDetail):
        return []
    own = detail.match.revision.article.outlet
    others = {carrier.outlet.outlet_id: carrier.outlet.title for carrier in detail.carriers}
    return list({own.outlet_id: own.title, **others}.values())


def _states(deliveries: Sequence[Delivery]) -> str:
    """Each receiver with how it stands; why, where it has not got the alert."""
    told = [
        f"{one.receiver} {one.state}"
        + (
            f" ({cut(clean(why), 60)})"
            if (why := one.error or one.reason) and one.state is not DeliveryState.SENT
            else ""
        )
        for one in deliveries
    ]
    return ", ".join(told) or "nobody"
