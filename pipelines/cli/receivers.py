"""`wirewatch receivers`: who is told, how they fare, and a real message to try one."""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.alerts import Message
from pipelines.cli.output import echo_json, echo_table
from pipelines.config import load_settings, receiver_environment
from pipelines.errors import SettingsError
from pipelines.states import ReceiverId


@click.group()
def receivers() -> None:
    """The receivers of routes.yaml."""


@receivers.command("list")
@click.option("--json", "as_json", is_flag=True, help="Each receiver as a JSON line.")
def list_command(as_json: bool) -> None:
    """Each receiver with the variable that holds its address, and whether it is paused; no address is shown."""
    from pipelines.delivery.routing import load_routes
    from storage.store import open_store

    settings = load_settings(os.environ, Path.cwd())
    environment = receiver_environment(settings, os.environ)
    desk = load_routes(settings.desk / "routes.yaml")
    with closing(open_store(settings.database_url)) as store:
        pauses = store.outbox.pauses()
    rows = [
        {
            "receiver": name,
            "style": receiver.style,
            "address": f"{receiver.url_env}{'' if environment.get(receiver.url_env) else ' (not set)'}",
            "fallback": receiver.fallback,
            "paused": f"since {pauses[name].since:%Y-%m-%d %H:%M} UTC: {pauses[name].reason}"
            if name in pauses
            else None,
        }
        for name, receiver in desk.receivers.items()
    ]
    if as_json:
        for row in rows:
            echo_json(row)
    else:
        echo_table(("receiver", "style", "address", "fallback", "paused"), [tuple(row.values()) for row in rows])


@receivers.command("test")
@click.argument("name")
def test_command(name: str) -> None:
    """Send a real message to a receiver; where it is taken, what waited for it is released.

    Example: wirewatch receivers test desk-chat
    """
    from pipelines.delivery.apprise_notifier import AppriseNotifier
    from pipelines.delivery.routing import load_routes
    from pipelines.desk_files.reading import suggest
    from storage.store import open_store

    settings = load_settings(os.environ, Path.cwd())
    desk = load_routes(settings.desk / "routes.yaml")
    receiver = desk.receivers.get(ReceiverId(name))
    if receiver is None:
        raise SettingsError(f"no receiver `{name}` in routes.yaml{suggest(name, desk.receivers)}")
    now = datetime.now(UTC)
    words = f"This is a test of the receiver {name}, asked for at {now:%Y-%m-%d %H:%M} UTC. Nothing is to be done."
    notifier = AppriseNotifier(receiver_environment(settings, os.environ))
    notifier.send(receiver, Message(title="Wirewatch: a test", text=words), key=f"test-{name}-{now.isoformat()}")
    with closing(open_store(settings.database_url)) as store:
        released = store.outbox.release(receiver.receiver_id, now)
        store.notices.end(f"receiver:{name}", f"{name} takes messages again", ["Somebody tried it by hand."], now)
    click.echo(f"{name} took it" + (f"; {released} that waited for it go out with the next run" if released else ""))
