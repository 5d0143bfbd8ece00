"""Within the last step: the one message of deliveries that go out together, alerts or a digest with what it carries."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines import protocols
from pipelines.alerts import ESCALATION, EVENT, AlertDetail, Bundled, Delivery, FindingDetail, Message
from pipelines.states import DigestId, digest

if TYPE_CHECKING:  # loaded only when there is something to send: an idle cycle stays cheap
    from pipelines.delivery.routing import Routes
    from pipelines.rendering import Templates

LATE = timedelta(hours=1)  # after an outage of so long one message tells what waited, whatever events it is of


def compose(
    outbox: protocols.Outbox,
    desk: "Routes",
    bundle: Sequence[Delivery],
    details: Sequence[AlertDetail | FindingDetail],
    now: datetime,
    *,
    layouts: "Templates",
    digest_page: Callable[[DigestId], str | None],
) -> Message:
    """The message of these deliveries to one receiver; `details` are those of its alerts."""
    first = bundle[0]
    style = desk.receiver(first.receiver).style
    if first.digest_id is not None:
        from pipelines.delivery.digest import render_digest
        from pipelines.digests.written import read

        facts, page = read(outbox.digest(first.digest_id).told), digest_page(first.digest_id)
        return render_digest(
            facts, details, style, zone=desk.zone, now=now, page=page, occasion=first.reason, templates=layouts
        )
    from pipelines.delivery.gathered import render_all

    one_event = len({one.bundle for one in bundle}) == 1
    earlier = outbox.bundled(first.receiver, first.bundle) if one_event else Bundled()
    occasion = _occasion(bundle, now)
    message = render_all(details, style, occasion=occasion, earlier=earlier, zone=desk.zone, now=now, templates=layouts)
    return replace(message, thread=_thread(bundle))


def key_of(bundle: Sequence[Delivery]) -> str:
    """Idempotency key of the message: a receiver may drop a repeat of the same deliveries."""
    return bundle[0].key if len(bundle) == 1 else digest(*(one.key for one in bundle))


def _thread(bundle: Sequence[Delivery]) -> str:
    """The event of which all of the message is, or its volume; empty for a summary of several."""
    names = {one.bundle.removeprefix(ESCALATION) for one in bundle}
    name = names.pop() if len(names) == 1 else ""
    return name if name.startswith((EVENT, "volume:")) else ""


def _occasion(bundle: Sequence[Delivery], now: datetime) -> str:
    """Why the message was kept back."""
    first = bundle[0]
    late = now - first.ready_at
    return first.reason or (f"late: due {round(late / timedelta(hours=1))} h ago" if late > LATE else "")
