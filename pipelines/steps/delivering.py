"""The last of the six steps: what waits in the outbox goes to its receivers, and what fails is tried again."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.alerts import AlertDetail, Delivery, FindingDetail, Pause
from pipelines.delivery import rates, retry
from pipelines.notices import Notice, Notices
from pipelines.reports import Report
from pipelines.states import AlertId, DigestId, ReceiverId
from pipelines.steps.composing import LATE, compose, key_of
from pipelines.steps.progress import Budget, Tally

if TYPE_CHECKING:  # loaded only when there is something to send: an idle cycle stays cheap
    from pipelines.delivery.routing import Routes
    from pipelines.rendering import Templates

log = logging.getLogger(__name__)

RECEIVERS_AT_ONCE = 32  # threads: to 20 receivers that answer after 50 ms, 16 sent 94 messages a second, 32 sent 141
LEASE = timedelta(seconds=30)  # twice the hard limit of one attempt
NOTICE_REST = timedelta(minutes=5)  # an operator's address that fails is tried again for ever, but not every minute


def deliver(
    outbox: protocols.Outbox,
    notices: Notices,
    notifier: protocols.Notifier,
    routes: Callable[[], "Routes"],
    *,
    budget: Budget,
    page: Callable[[AlertId], str | None] = lambda _: None,
    digest_page: Callable[[DigestId], str | None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
    desk: Path | None = None,
) -> Report:
    """Send what is due: receivers side by side, each in order; a delivery is marked sent only once it was taken.

    `page` and `digest_page` give the address of an alert or a digest on the desk's page, where there is one; `desk` is
    the folder in which it may keep templates of its own.
    """
    tally = Tally("deliveries", "sent", "to be tried again", "dead")
    _tell_operator(notices, notifier, routes, tally, budget)
    paused = outbox.pauses()
    if paused:
        _stand_in(outbox, routes(), paused, tally, budget.now())
    waiting = outbox.receivers_due(budget.now())
    if not waiting:
        return tally.report()
    told = [replace(one, page=page(one.alert.alert_id)) for one in outbox.details(outbox.alerts_due(budget.now()))]
    known = {one.alert.alert_id: one for one in told}
    layouts, troubles = _templates(desk), notices.open_subjects()
    sending = _Sending(
        outbox, notices, notifier, routes(), tally, budget, troubles, page, digest_page, sleep, known, layouts
    )
    with ThreadPoolExecutor(min(RECEIVERS_AT_ONCE, len(waiting))) as pool:
        list(pool.map(sending.serve, waiting))
    _tell_of_templates(layouts, troubles, notices, budget.now())
    return tally.report(unfinished=budget.spent)


def _stand_in(
    outbox: protocols.Outbox, desk: "Routes", paused: Mapping[ReceiverId, Pause], tally: Tally, now: datetime
) -> None:
    """What waits for a paused receiver goes to its fallback at once, and is given up after as long as any failure."""
    for name, pause in paused.items():
        receiver = desk.receivers.get(name)
        if receiver and receiver.fallback:
            tally.count("handed to a fallback", outbox.hand_over(name, receiver.fallback, now))
        tally.count("dead", outbox.expire(name, now - retry.GIVE_UP_AFTER, pause.reason))


@dataclass(frozen=True, slots=True)
class _Sending:
    """One round of sending; its methods are called by several threads."""

    outbox: protocols.Outbox
    notices: Notices
    notifier: protocols.Notifier
    desk: "Routes"
    tally: Tally
    budget: Budget
    troubles: frozenset[str]
    page: Callable[[AlertId], str | None]
    digest_page: Callable[[DigestId], str | None]
    sleep: Callable[[float], None]
    known: Mapping[AlertId, AlertDetail | FindingDetail]
    """What messages need, read for all at the round's beginning."""
    layouts: "Templates"

    def serve(self, receiver: ReceiverId) -> None:
        """Send what is due to one receiver, in order, until nothing is left or it answers no more."""
        known = self.desk.receivers.get(receiver)
        limits = rates.rates_of(self.notifier.service(known)) if known else ()
        while not self.budget.spent and self._may_send(receiver, limits):
            now = self.budget.now()
            bundle = self.outbox.claim(receiver, now, now + LEASE, now - LATE)
            if not bundle:
                return
            try:
                details = self._details([one.alert_id for one in bundle if one.alert_id is not None])
                message = compose(
                    self.outbox, self.desk, bundle, details, now, layouts=self.layouts, digest_page=self.digest_page
                )
                self.notifier.send(self.desk.receiver(receiver), message, key=key_of(bundle))
            except errors.StoreError:
                raise
            except Exception as error:
                self._failed(receiver, bundle, error)
                if isinstance(error, errors.ReceiverUnavailable | errors.ReceiverMisconfigured):
                    return  # its other messages fare no better now; the next receiver should not wait for that
            else:
                self._sent(receiver, bundle)

    def _details(self, alert_ids: Sequence[AlertId]) -> Sequence[AlertDetail | FindingDetail]:
        if all(one in self.known for one in alert_ids):
            return [self.known[one] for one in alert_ids]
        told = self.outbox.details(alert_ids)
        return [replace(one, page=self.page(one.alert.alert_id)) for one in told]

    def _may_send(self, receiver: ReceiverId, limits: Sequence[rates.Rate]) -> bool:
        """Wait until the service takes one more message; False where that is beyond this run."""
        if not limits:
            return True
        now = self.budget.now()
        sent = self.outbox.sent_times(receiver, now - rates.window(limits))
        wait = (rates.free_at(limits, sent, now) - now).total_seconds()
        if wait > self.budget.left():
            self.tally.count("waiting for the service's rate")
            return False
        if wait > 0:
            self.sleep(wait)
        return True

    def _sent(self, receiver: ReceiverId, bundle: Sequence[Delivery]) -> None:
        now = self.budget.now()
        self.outbox.mark_sent([one.delivery_id for one in bundle], now)
        self.tally.count("sent", len(bundle))
        for one in bundle:
            told = f"digest {one.digest_id}" if one.alert_id is None else f"A{one.alert_id}"
            log.info("%s went to %s", told, receiver, extra=_ids(one))
        if _paused(receiver) in self.troubles:
            self.outbox.resume(receiver)
        for subject in {_paused(receiver), _dead(receiver)} & self.troubles:
            self.notices.end(subject, f"{receiver} takes messages again", ["What waited is on its way."], now)

    def _failed(self, receiver: ReceiverId, bundle: Sequence[Delivery], error: Exception) -> None:
        now, reason = self.budget.now(), errors.shown(error)
        self.tally.failure(receiver, error, **_ids(bundle[0]))
        if isinstance(error, errors.MessageRefused) and len({one.bundle for one in bundle}) > 1:
            self.outbox.part([one.delivery_id for one in bundle], now)
            return  # what waited for long went together: now each event by itself, so that one alone is refused
        fate = _put_off(self.outbox, bundle, error, now)
        self.tally.count(fate, len(bundle))
        if isinstance(error, errors.ReceiverMisconfigured) and receiver in self.desk.receivers:
            # Told first: who is paused is resumed, and what is handed over ends, only where the trouble is known.
            self.notices.begin(_paused(receiver), f"{receiver} takes no messages", self._advice(receiver, reason), now)
            probe_at = now + retry.MISCONFIGURED_WAIT
            self.outbox.pause(Pause(receiver=receiver, since=now, reason=reason, probe_at=probe_at))
        if fate == "dead":
            lines = [reason, "wirewatch outbox list shows what is dead; wirewatch outbox retry sends it again."]
            self.notices.begin(_dead(receiver), f"messages to {receiver} were given up", lines, now)
            fallback = self._fallback(receiver)
            if fallback:
                self.tally.count("handed to a fallback", self.outbox.hand_over(receiver, fallback, now))

    def _advice(self, receiver: ReceiverId, reason: str) -> list[str]:
        fallback = self._fallback(receiver)
        meanwhile = f"{fallback} is told meanwhile." if fallback else "It has no fallback: what waits is dead in a day."
        variable = self.desk.receiver(receiver).url_env
        return [reason, meanwhile, f"Mend {variable}, then: wirewatch receivers test {receiver}"]

    def _fallback(self, receiver: ReceiverId) -> ReceiverId | None:
        known = self.desk.receivers.get(receiver)
        return known.fallback if known else None


def _templates(desk: Path | None) -> "Templates":
    from pipelines.delivery.message import OURS, templates_of

    return OURS if desk is None else templates_of(desk)


def _tell_of_templates(layouts: "Templates", troubles: frozenset[str], notices: Notices, now: datetime) -> None:
    """A template of the desk's that cannot be filled in gives way to ours, and the operator hears of it."""
    for name, fault in layouts.faults.items():
        advice = "Messages go out in our own layout until it is mended: wirewatch rules check names every fault."
        notices.begin(_template(name), f"the desk's template {name} cannot be used", [str(fault), advice], now)
    for name in layouts.filled - set(layouts.faults):
        if _template(name) in troubles:
            notices.end(_template(name), f"the desk's template {name} is used again", ["It can be filled in."], now)


def _template(name: str) -> str:
    return f"template:{name}"


def _ids(delivery: Delivery) -> dict[str, object]:
    """Fields of a log's line."""
    return {"alert_id": delivery.alert_id, "delivery_id": delivery.delivery_id, "receiver": delivery.receiver}


def _paused(receiver: ReceiverId) -> str:
    return f"receiver:{receiver}"


def _dead(receiver: ReceiverId) -> str:
    return f"dead:{receiver}"


def _put_off(outbox: protocols.Outbox, bundle: Sequence[Delivery], error: Exception, now: datetime) -> str:
    """Count the attempt, and say what becomes of the deliveries."""
    asked = retry.asked_wait(error) if isinstance(error, errors.DeliveryError) else None
    attempts, since = max(one.attempts for one in bundle), max(one.tried_at or now for one in bundle)
    again = retry.next_attempt(attempts + 1, since, now, asked, bundle[0].key)
    outbox.mark_failed([one.delivery_id for one in bundle], errors.shown(error), again, now)
    return "to be tried again" if again else "dead"


def _tell_operator(
    notices: Notices, notifier: protocols.Notifier, routes: Callable[[], "Routes"], tally: Tally, budget: Budget
) -> None:
    """Send what is to be told of this installation; without an operator it waits."""
    for notice in notices.due(budget.now()):
        if budget.spent:
            return
        try:
            _send_notice(notice, notifier, routes())
        except errors.StoreError:
            raise
        except Exception as error:
            tally.failure(f"notice about {notice.subject}", error)
            notices.put_off(notice, budget.now() + NOTICE_REST * (notice.attempts + 1))
        else:
            notices.told(notice, budget.now())
            tally.count("notices sent")


def _send_notice(notice: Notice, notifier: protocols.Notifier, desk: "Routes") -> None:
    """To the owner whom it concerns, else to the operator."""
    from pipelines.delivery.message import operator_notice

    receiver = desk.owners.get(notice.owner or "") or desk.operator
    if receiver is None:
        raise errors.ReceiverMisconfigured("routes.yaml names no `operator`")
    notifier.send(receiver, operator_notice(f"Wirewatch: {notice.title}", notice.lines), key=notice.key)
