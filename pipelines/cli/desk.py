"""`wirewatch desk`: the desk's web page."""

import getpass
import ipaddress
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import click

from pipelines.cli.here import here
from pipelines.config import Settings
from pipelines.errors import SettingsError


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the page; WIREWATCH_DESK_PORT, else 3001.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens; others need a login (README).")
def desk(port: int | None, host: str) -> None:
    """Serve the desk's page: events, what was held, silences, rules, feeds, search, and a rule to try.

    On this machine alone it needs no login. For others set WIREWATCH_DESK_URL, and let a reverse proxy name whom it has
    let in by the header in WIREWATCH_DESK_USER_HEADER; then everybody needs one of the two, this machine's user too.
    Links in messages open their own alert for a week.

    Example: wirewatch desk --port 3001
    """
    import uvicorn

    from pipelines.desk.app import desk_app
    from pipelines.desk.desk import Desk
    from pipelines.desk.visitors import Door
    from pipelines.links import signer_of
    from pipelines.operating.metrics import open_metrics
    from pipelines.operating.snapshot import take
    from storage.store import open_store

    settings = here()
    port = port or settings.desk_port
    who = local_user(settings, host)
    door = Door(signer=signer_of(settings.home), local_user=who, header=settings.desk_user_header)
    with closing(open_store(settings.database_url)) as store:
        page = Desk(
            store=store,
            folder=settings.desk,
            zone=lambda: _zone(settings),
            clock=lambda: datetime.now(UTC),
            door=door,
        )
        click.echo(f"The desk's page: http://{host}:{port}  (Ctrl-C ends it)")
        if who is None and not settings.desk_user_header:
            click.echo("By messages' links alone: WIREWATCH_DESK_USER_HEADER lets people in, and without")
            click.echo("WIREWATCH_DESK_URL this machine's user: WIREWATCH_DESK_URL= wirewatch desk --port 3002")
        hosts = ["127.0.0.1", "localhost", "[::1]", *filter(None, [urlsplit(settings.desk_url or "").hostname])]

        def numbers() -> str:
            return open_metrics(take(store, settings, datetime.now(UTC)))

        uvicorn.run(desk_app(page, hosts, numbers), host=host, port=port, log_level="warning", access_log=False)


def local_user(settings: Settings, host: str) -> str | None:
    """Who needs no login: the user of this machine, where the page is served to it alone. Raises SettingsError.

    What a reverse proxy passes on comes from this machine too: with an address for others nobody is let in by that.
    """
    others = urlsplit(settings.desk_url or "").hostname
    if not _is_loopback(host) and not settings.desk_user_header and not others:
        raise SettingsError(f"{host} is not this machine alone: set WIREWATCH_DESK_URL or WIREWATCH_DESK_USER_HEADER")
    alone = _is_loopback(host) and (others is None or _is_loopback(others))
    return getpass.getuser() if alone and not settings.desk_user_header else None


def _zone(settings: Settings) -> str:
    """The desk's zone, as routes.yaml says now."""
    try:
        written = (settings.desk / "routes.yaml").stat()
    except OSError:
        return "UTC"
    return _zone_of(settings.desk, written.st_mtime_ns, written.st_size)


@lru_cache(maxsize=1)
def _zone_of(desk: Path, *_: int) -> str:
    """Read once for each time that the file was written."""
    from pipelines.delivery.routing import zone_of

    return zone_of(desk)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
