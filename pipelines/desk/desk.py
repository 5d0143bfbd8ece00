"""What every page stands on: the store, the clock, who asks, and how a template is filled for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.delivery.wording import zone_name
from pipelines.desk.visitors import Door, Visitor
from pipelines.rendering import fill
from pipelines.states import AlertId

if TYPE_CHECKING:
    from storage.store import SqlStore

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The installation that the pages show."""

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
    path: Mapping[str, int | str]
    query: Mapping[str, str]
    fields: Mapping[str, str]

    @property
    def alert_id(self) -> AlertId:
        """The alert that the address names."""
        return AlertId(int(self.path["alert_id"]))

    @property
    def key(self) -> str:
        """The link's token, to be sent along with what is asked from here; empty without one."""
        return (self.fields.get("key") or self.query.get("key", "")) if self.visitor.only else ""


def shown(desk: Desk, asked: Asked, template: str, **values: object) -> str:
    """A page with what every page needs."""
    form = desk.door.signer.form(asked.visitor.who)
    zone = zone_name(desk.zone())
    return fill(TEMPLATES, template, visitor=asked.visitor, key=asked.key, form=form, zone=zone, **values)


HEADINGS = {403: "Not for you", 404: "Not here", 500: "Not as it should be", 503: "Not now"}


def refusal(text: str, status: int) -> str:
    """The page that says why there is no other."""
    return fill(TEMPLATES, "refused.html", heading=HEADINGS.get(status, "Not done"), text=text)
