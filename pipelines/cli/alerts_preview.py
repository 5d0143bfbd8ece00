"""`wirewatch alerts preview`: what each service would be sent."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.here import number_of
from pipelines.cli.output import echo_json
from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.delivery.preview import Shown
    from pipelines.delivery.samples import Sample

SERVICES = ("slack", "telegram", "discord", "teams", "matrix", "mattermost", "plain", "mail", "sms")
KINDS = ("first", "caption", "update", "correction", "taken-down", "held", "long", "hostile", "volume")


@click.command()
@click.argument("alert", metavar="[ID]", required=False)
@click.option(
    "--service", type=click.Choice([*SERVICES, "all"]), default="all", show_default=True, help="Whose format."
)
@click.option("--sample", "kind", type=click.Choice(KINDS), default="first", show_default=True, help="Without an ID.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the mail's page to this file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document a service.")
def preview(alert: str | None, service: str, kind: str, html: Path | None, *, as_json: bool) -> None:
    """Show what each service would be sent, letter by letter: of a stored alert, or of a sample of our own.

    With the desk's own templates, where it has some. A stored alert is shown as if it were told alone and now.

    \b
    Example: wirewatch alerts preview A12 --service slack
    Example: wirewatch alerts preview --sample update
    """
    desk = _desk(needed=alert is not None)
    told = desk.stored(alert) if alert is not None else desk.sample(kind)
    found = list(desk.shown(told, SERVICES if service == "all" else (service,)))
    for one in found:
        _echo(one, as_json=as_json)
    if html is not None:
        page = next((one.html for one in desk.shown(told, ("mail",))), None)
        if page is None:
            raise click.ClickException("so many alerts go out as text alone: there is no page")
        html.write_text(page, encoding="utf-8")
        click.echo(f"{html}: the mail's page", err=True)


@dataclass(frozen=True, slots=True)
class _Desk:
    """An installation, or none: samples need none."""

    settings: Settings | None

    def sample(self, kind: str) -> "Sample":
        from pipelines.cycle import utc_now
        from pipelines.delivery.samples import sample

        return sample(kind, utc_now())

    def stored(self, alert: str) -> "Sample":
        """A stored alert, with its link to the desk's page; raises click.UsageError where there is none."""
        from pipelines.delivery.samples import Sample
        from pipelines.links import signer_of
        from storage.store import open_store

        if self.settings is None:
            raise click.UsageError("there is no installation here")
        alert_id = number_of(alert)
        with closing(open_store(self.settings.database_url)) as store:
            details = store.outbox.details([alert_id])
        if not details:
            raise click.UsageError(f"A{alert_id} is no alert; `wirewatch alerts list` shows them")
        base = self.settings.desk_url
        page = signer_of(self.settings.home).alert_link(base, alert_id) if base else None
        return Sample(details=tuple(replace(one, page=page) for one in details))

    def shown(self, told: "Sample", services: tuple[str, ...]) -> Iterator["Shown"]:
        from pipelines.cycle import utc_now
        from pipelines.delivery.message import OURS, templates_of
        from pipelines.delivery.preview import shown
        from pipelines.delivery.routing import zone_of

        templates = templates_of(self.settings.desk) if self.settings else OURS
        zone, now = zone_of(self.settings.desk) if self.settings else "UTC", utc_now()
        for service in services:
            yield shown(service, told, zone=zone, now=now, templates=templates)
        for fault in dict.fromkeys(templates.faults.values()):
            click.secho(f"{fault}; ours is shown in its place", fg="yellow", err=True)


def _desk(*, needed: bool) -> _Desk:
    try:
        return _Desk(load_settings(os.environ, Path.cwd()))
    except SettingsError:
        if needed:
            raise
        return _Desk(None)


def _echo(found: "Shown", *, as_json: bool) -> None:
    if as_json:
        posts = [{"title": post.title, "text": post.text} for post in found.posts]
        echo_json({"service": found.service, "posts": posts, "html": found.html})
        return
    for number, post in enumerate(found.posts, 1):
        of = f" {number} of {len(found.posts)}" if len(found.posts) > 1 else ""
        click.secho(f"── {found.service}{of} ", bold=True)
        if post.title:
            click.secho(post.title, bold=True)
        click.echo(post.text)
        click.echo()
