"""The last of the six steps: what waits in the outbox goes to its receivers, and what fails is tried again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipelines import errors, protocols
from pipelines.alerts import Delivery, Message, Receiver
from pipelines.delivery import retry
from pipelines.model import Report
from pipelines.notices import Notice, Notices
from pipelines.progress import Budget, Tally
from pipelines.states import ReceiverId

if TYPE_CHECKING:  # loaded only when there is something to send: an idle cycle stays cheap
    from pipelines.delivery.routing import Routes

RECEIVERS_AT_ONCE = 16  # threads: as many reached 97 messages a second, one after the other 18
LEASE = timedelta(seconds=30)  # twice the hard limit of one attempt
NOTICE_REST = timedelta(minutes=5)  # an operator's address that fails is tried again for ever, but not every minute


def deliver(
    outbox: protocols.Outbox,
    notices: Notices,
    notifier: protocols.Notifier,
    routes: Callable[[], "Routes"],
    *,
    budget: Budget,
) -> Report:
    """Send what is due: receivers side by side, each in order; a delivery is marked sent only once it was taken."""
    tally = Tally("deliveries", "sent", "to be tried again", "dead")
    _tell_operator(notices, notifier, routes, tally, budget)
    waiting = outbox.receivers_due(budget.now())
    if not waiting:
        return tally.report()
    desk = routes()

    def serve(receiver: ReceiverId) -> None:
        while not budget.spent:
            delivery = outbox.claim(receiver, budget.now(), budget.now() + LEASE)
            if delivery is None:
                return
            try:
                notifier.send(desk.receiver(receiver), _message(outbox, desk, delivery, budget.now()), key=delivery.key)
            except errors.StoreError:
                raise
            except Exception as error:
                tally.failure(receiver, error)
                tally.count(_put_off(outbox, delivery, error, budget.now()))
                if isinstance(error, errors.ReceiverUnavailable):
                    return  # its other messages fare no better now; the next receiver should not wait for that
            else:
                outbox.mark_sent(delivery.delivery_id, budget.now())
                tally.count("sent")

    with ThreadPoolExecutor(min(RECEIVERS_AT_ONCE, len(waiting))) as pool:
        list(pool.map(serve, waiting))
    return tally.report(unfinished=budget.spent)


def _message(outbox: protocols.Outbox, desk: "Routes", delivery: Delivery, now: datetime) -> Message:
    from pipelines.delivery.message import render

    style = desk.receiver(delivery.receiver).style
    return render(outbox.detail(delivery.alert_id), style, zone=desk.zone, now=now)


def _put_off(outbox: protocols.Outbox, delivery: Delivery, error: Exception, now: datetime) -> str:
    """Count the attempt, and say what becomes of the delivery."""
    asked = retry.asked_wait(error) if isinstance(error, errors.DeliveryError) else None
    again = retry.next_attempt(delivery.attempts + 1, delivery.created_at, now, asked, delivery.key)
    outbox.mark_failed(delivery.delivery_id, errors.shown(error), again, now)
    return "to be tried again" if again else "dead"


def _tell_operator(
    notices: Notices, notifier: protocols.Notifier, routes: Callable[[], "Routes"], tally: Tally, budget: Budget
) -> None:
    """Send what is to be told of this installation; without an operator it waits."""
    for notice in notices.due(budget.now()):
        if budget.spent:
            return
        try:
            _send_notice(notice, notifier, routes().operator)
        except errors.StoreError:
            raise
        except Exception as error:
            tally.failure(f"notice about {notice.subject}", error)
            notices.put_off(notice, budget.now() + NOTICE_REST * (notice.attempts + 1))
        else:
            notices.told(notice, budget.now())
            tally.count("notices sent")


def _send_notice(notice: Notice, notifier: protocols.Notifier, operator: Receiver | None) -> None:
    from pipelines.delivery.message import operator_notice

    if operator is None:
        raise errors.ReceiverMisconfigured("routes.yaml names no `operator`")
    notifier.send(operator, operator_notice(f"Wirewatch: {notice.title}", notice.lines), key=notice.key)
