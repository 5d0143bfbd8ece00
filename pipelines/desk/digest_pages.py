"""The pages of digests: those that were made, and each as its mail told it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.delivery.digest_plot import when
from pipelines.delivery.digest_view import TITLES, Room, digest_view
from pipelines.delivery.view import HTML
from pipelines.desk.desk import Asked, Desk, shown
from pipelines.desk.visitors import Refused
from pipelines.errors import StoreError
from pipelines.states import DigestId

if TYPE_CHECKING:
    from pipelines.digests.records import Digest

SHOWN = 60
"""Digests on their page: two months of mornings."""
ROOM = Room(lines=200, rules=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLine:
    """A digest in the list of them."""

    number: int
    title: str
    receiver: str
    begins: str
    ends: str


def digests(desk: Desk, asked: Asked) -> str:
    """The last digests, newest first."""
    zone = desk.zone()
    rows = [_line(one, zone) for one in desk.store.digests.made(SHOWN)]
    return shown(desk, asked, "digests.html", rows=rows)


def digest(desk: Desk, asked: Asked) -> str:
    """One digest, as it was when it was made."""
    from pipelines.digests.written import read

    number = DigestId(int(asked.path["digest_id"]))
    try:
        told = desk.store.digests.digest(number)
    except StoreError as error:
        raise Refused(404, f"There is no digest {number}.") from error
    facts, carried = read(told.told), set(desk.store.digests.carried(number))
    lines = tuple(replace(one, state="kept") if one.alert_id in carried else one for one in facts.lines)
    facts = replace(facts, lines=lines)
    view = digest_view(facts, HTML, desk.zone(), told.made_at, kept=(), room=ROOM)
    return shown(desk, asked, "digest.html", view=view, receiver=told.receiver)


def _line(one: "Digest", zone: str) -> DigestLine:
    return DigestLine(
        number=one.digest_id,
        title=TITLES[one.kind],
        receiver=one.receiver,
        begins=when(one.starts_at, zone),
        ends=when(one.ends_at, zone),
    )
