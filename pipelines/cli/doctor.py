"""`wirewatch doctor`: what is wrong with this installation, and what to do about it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.output import echo_json, echo_table
from pipelines.config import Settings, load_settings, receiver_environment
from pipelines.errors import WirewatchError

if TYPE_CHECKING:
    from pipelines.vital_signs import Sign, VitalSign


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's answer; `advice` is empty where all is well."""

    check: str
    state: str
    """ok, warning or error."""
    detail: str
    advice: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Findings as one JSON document.")
def doctor(as_json: bool) -> None:
    """Check Python, database, feeds, rules, routes, receivers and Dagster; say what to do about each fault."""
    findings = list(examine())
    if as_json:
        echo_json([asdict(finding) for finding in findings])
    else:
        marks = {"ok": "ok", "warning": "WARN", "error": "FAIL"}
        echo_table(
            ("", "check", "found", "what to do"),
            [(marks[one.state], one.check, one.detail, one.advice) for one in findings],
        )
    sys.exit(1 if any(finding.state == "error" for finding in findings) else 0)


def examine() -> Iterator[Finding]:
    """Every finding, good or bad, in the order of the table."""
    yield Finding("Python", "ok", f"{sys.version.split()[0]} at {sys.executable}")
    try:
        settings = load_settings(os.environ, Path.cwd())
    except WirewatchError as error:
        yield Finding("desk folder", "error", str(error), "see README, Settings")
        return
    yield Finding("desk folder", "ok", str(settings.desk))
    for name, check, advice in CHECKS:
        try:
            yield from check(name, settings)
        except WirewatchError as error:
            yield Finding(name, "error", str(error), advice)


def _home(name: str, settings: Settings) -> Iterator[Finding]:
    folder = next(parent for parent in (settings.home, *settings.home.parents) if parent.exists())
    if os.access(folder, os.W_OK):
        yield Finding(name, "ok", str(settings.home))
    else:
        yield Finding(name, "error", f"{folder} is not writable", "set WIREWATCH_HOME to a folder of yours")


def _database(name: str, settings: Settings) -> Iterator[Finding]:
    from storage.schema import SCHEMA_VERSION
    from storage.store import open_store

    with closing(open_store(settings.database_url)) as store:
        feeds = len(store.journal.feeds())
    kind = settings.database_url.partition(":")[0].partition("+")[0]
    yield Finding(name, "ok", f"{kind}, schema {SCHEMA_VERSION}, {feeds} feeds known")


def _contact(name: str, settings: Settings) -> Iterator[Finding]:
    if settings.contact:
        yield Finding(name, "ok", settings.contact)
    else:
        yield Finding(name, "warning", "servers are not told whom to ask", "export WIREWATCH_CONTACT=<mail address>")


def _feeds(name: str, settings: Settings) -> Iterator[Finding]:
    from pipelines.ingest.feeds_file import load_feeds

    yield Finding(name, "ok", f"{len(load_feeds(settings.desk / 'feeds.yaml'))} feeds")


def _rules(name: str, settings: Settings) -> Iterator[Finding]:
    from pipelines.rules.loader import load_rules

    found = load_rules(settings.desk)
    if found.faults:
        yield Finding(name, "error", str(found.faults[0]), f"wirewatch rules check names all {len(found.faults)}")
    elif not found.rules:
        yield Finding(name, "warning", "no rules: nothing will ever match", f"write one; see {settings.desk}/README.md")
    else:
        yield Finding(name, "ok", f"{len(found.rules)} rules")


def _routes(name: str, settings: Settings) -> Iterator[Finding]:
    from pipelines.delivery.routing import load_routes

    routes = load_routes(settings.desk / "routes.yaml")
    yield Finding(name, "ok", f"{len(routes.receivers)} receivers, times in {routes.zone}")
    environment = receiver_environment(settings, os.environ)
    for receiver in routes.receivers.values():
        known = bool(environment.get(receiver.url_env))
        yield Finding(
            f"receiver {receiver.receiver_id}",
            "ok" if known else "warning",
            f"{receiver.url_env} is {'set' if known else 'not set: what is for it waits, and is dead after a day'}",
            "" if known else f"export {receiver.url_env}=<Apprise URL>, or put it into WIREWATCH_SECRETS_FILE",
        )


def _templates(name: str, settings: Settings) -> Iterator[Finding]:
    """Only where the desk keeps some of its own."""
    from pipelines.delivery.template_check import FOLDER, template_faults

    folder = settings.desk / FOLDER
    faults = template_faults(folder)
    if faults:
        advice = "mend it: until then messages have our layout; wirewatch alerts preview shows them"
        yield Finding(name, "error", str(faults[0]), advice)
    elif folder.is_dir():
        yield Finding(name, "ok", f"{sum(1 for _ in folder.iterdir())} of the desk's own")


def _awake(name: str, settings: Settings) -> Iterator[Finding]:
    """How the canary and the heartbeat stand: when each last came through, and why not since."""
    from pipelines.cycle import utc_now
    from pipelines.delivery.routing import load_routes
    from pipelines.vital_signs import Sign
    from storage.store import open_store

    heartbeat = load_routes(settings.desk / "routes.yaml").heartbeat
    with closing(open_store(settings.database_url)) as store:
        signs = store.vital_signs.signs()
    now = utc_now()
    yield _sign(Sign.CANARY, signs.get(Sign.CANARY), timedelta(hours=2), now)
    if heartbeat is None:
        advice = "name one in routes.yaml: heartbeat: {url_env: HEARTBEAT_URL}"
        yield Finding(name, "warning", "none: nobody outside hears when Wirewatch stops", advice)
    elif not receiver_environment(settings, os.environ).get(heartbeat.url_env):
        advice = f"export {heartbeat.url_env}=<https or Apprise address>, or put it into WIREWATCH_SECRETS_FILE"
        yield Finding(name, "error", f"{heartbeat.url_env} is not set", advice)
    else:
        yield _sign(Sign.HEARTBEAT, signs.get(Sign.HEARTBEAT), 3 * heartbeat.every, now)


def _sign(sign: "Sign", found: "VitalSign | None", patience: timedelta, now: datetime) -> Finding:
    if found is None:
        return Finding(sign, "warning", "not tried yet", "make run, or wirewatch run for one cycle")
    last = f"last good {found.good_at:%d %B %H:%M} UTC" if found.good_at else "never good"
    if found.error:
        return Finding(
            sign, "error", f"{last}; at {found.tried_at:%H:%M} UTC: {found.error}", "mend it; it tries again"
        )
    if now - found.tried_at > patience:
        return Finding(
            sign, "error", f"{last}, and not tried since", "nothing runs here: make run, or see the Dagster UI"
        )
    return Finding(sign, "ok", last)


def _dagster(name: str, settings: Settings) -> Iterator[Finding]:
    try:
        from pipelines.definitions import defs
    except Exception as error:  # noqa: BLE001 -- whatever breaks the code location is what is to be told
        yield Finding(name, "error", f"{type(error).__name__}: {error}", "make check shows the whole trace")
        return
    graph = defs.resolve_asset_graph()
    yield Finding(name, "ok", f"{len(graph.get_all_asset_keys())} assets; DAGSTER_HOME {settings.dagster_home}")


CHECKS: tuple[tuple[str, Callable[[str, Settings], Iterator[Finding]], str], ...] = (
    ("home", _home, "set WIREWATCH_HOME to a folder of yours"),
    ("database", _database, "wirewatch db upgrade, or mend WIREWATCH_DATABASE_URL"),
    ("contact", _contact, "set WIREWATCH_CONTACT to a mail address or a page of yours"),
    ("feeds.yaml", _feeds, "wirewatch rules check names every fault"),
    ("rules", _rules, "wirewatch rules check names every fault"),
    ("routes.yaml", _routes, "wirewatch rules check names every fault"),
    ("templates", _templates, "wirewatch rules check names every fault"),
    ("heartbeat", _awake, "wirewatch rules check names every fault"),
    ("Dagster", _dagster, "make check shows the whole trace"),
)
