"""`wirewatch digest`: what a digest would say now, and those that were made."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import here
from pipelines.cli.output import echo_json, echo_table
from pipelines.config import Settings
from pipelines.errors import SettingsError
from pipelines.states import ReceiverId

if TYPE_CHECKING:
    from pipelines.alerts import Receiver
    from pipelines.delivery.routing import Routes
    from pipelines.digests.records import Facts, Period
    from storage.store import SqlStore

KINDS = ("morning", "weekly", "hold", "away", "first")
SECONDS = 60.0
"""For what a person asked for and waits for."""


@click.group()
def digest() -> None:
    """Digests: a receiver's morning and week, the end of a hold, the return from an absence."""


@digest.command("preview")
@click.option("--receiver", metavar="NAME", help="For whom; without it, whoever gets such a digest first.")
@click.option("--kind", type=click.Choice(KINDS), default="morning", show_default=True, help="Which digest.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the mail's page to this file.")
@click.option("--json", "as_json", is_flag=True, help="What it tells, as one JSON object.")
def preview_command(receiver: str | None, kind: str, html: Path | None, as_json: bool) -> None:
    """Show a digest of the time under way, as if it were due now; nothing is sent, and nothing stored.

    Example: wirewatch digest preview --kind weekly --html week.html
    """
    from pipelines.delivery.digest import render_digest
    from pipelines.delivery.message import templates_of
    from pipelines.delivery.routing import load_routes
    from pipelines.digests.written import written
    from pipelines.states import MessageStyle
    from storage.store import open_store

    settings, now = here(), datetime.now(UTC)
    desk = load_routes(settings.desk / "routes.yaml")
    to = _receiver(desk, receiver, kind)
    with closing(open_store(settings.database_url)) as store:
        facts = _facts(settings, store, _period(store, to.receiver_id, kind, now), now)
        kept = store.outbox.details(store.digests.kept(to.receiver_id))
    if as_json:
        echo_json(dict(written(facts)))
        return
    style = MessageStyle.MAIL if html else to.style
    templates = templates_of(settings.desk)
    message = render_digest(facts, kept, style, zone=desk.zone, now=now, templates=templates)
    if html:
        _write(html, message.html or "")
        click.echo(f"{message.title}\n{html.resolve()}")
    else:
        click.echo(f"{message.title}\n\n{message.text}")


@digest.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many, newest first.")
def list_command(limit: int) -> None:
    """The digests that were made, and the times that they cover (UTC)."""
    from storage.store import open_store

    with closing(open_store(here().database_url)) as store:
        rows = store.digests.made(limit)
    if not rows:
        click.echo("no digest was made yet: `morning` and `weekly` of a receiver in routes.yaml ask for them")
        return
    echo_table(
        ("digest", "kind", "receiver", "from", "to", "made"),
        [(one.digest_id, one.kind, one.receiver, one.starts_at, one.ends_at, one.made_at) for one in rows],
    )


def _receiver(desk: "Routes", name: str | None, kind: str) -> "Receiver":
    """Who is named, or whoever routes.yaml gives such a digest first."""
    from pipelines.digests.schedule import schedules

    if name is not None and name not in desk.receivers:
        raise SettingsError(f"routes.yaml has no receiver {name}; it has {', '.join(desk.receivers)}")
    planned = [receiver for receiver, what in schedules(desk, datetime.now(UTC)) if what == kind]
    return desk.receivers[ReceiverId(name) if name else next(iter(planned), desk.root.to[0])]


def _period(store: "SqlStore", receiver: ReceiverId, kind: str, now: datetime) -> "Period":
    """What is under way, up to now; without it, as long as such a digest usually is."""
    from pipelines.digests.records import DigestKind, Period
    from pipelines.digests.schedule import USUAL

    wanted = DigestKind(kind)
    for one in store.digests.under_way():
        if one.receiver == receiver and one.kind is wanted and one.starts_at < now:
            return Period(receiver=receiver, kind=wanted, starts_at=one.starts_at, ends_at=now)
    return Period(receiver=receiver, kind=wanted, starts_at=now - USUAL[wanted], ends_at=now)


def _facts(settings: Settings, store: "SqlStore", period: "Period", now: datetime) -> "Facts":
    from pipelines.digests.sources import saved_rules
    from pipelines.steps.briefing import preview
    from pipelines.steps.progress import Budget

    feeds = store.feeds.due_feeds(now, everything=True)
    rules = saved_rules(settings.desk, settings.compiled_rules)
    return preview(store.digests, store.archive, feeds, rules, period, Budget(now, SECONDS))


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write {path}: {error.strerror or error}") from error
