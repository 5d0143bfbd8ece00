"""How many messages a service takes in how long, and when one more may go; pure.

| service | limit | where the number comes from |
|---|---|---|
| slack | 1 a second | docs.slack.dev, Rate limits: posting a message, incoming webhooks: 1 per second per channel |
| tgram | 1 a second, 20 a minute | core.telegram.org/bots/faq: one per second to a chat, 20 per minute to a group |
| discord | 5 in 2 seconds, 30 a minute | headers of its webhooks; per webhook, and per channel as its developers say |
| mailto, mailtos | 30 a minute | Exchange Online limits: 30 messages per minute from a mailbox, the lowest found |
| workflow | 4 a second | learn.microsoft.com, Teams incoming webhooks: throttled above four requests in a second |
| mmost | 10 a second | Mattermost's configuration: RateLimitSettings.PerSec |
| gchat | 1 a second | developers.google.com, Chat usage limits: 60 writes per minute for a space |
| ntfy | 60 in 5 minutes | docs.ntfy.sh, limitations: a burst of 60, then one each five seconds |

Other services, such as a webhook of one's own, have none here: what they answer with 429 waits as they ask.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `messages` within `per`."""

    messages: int
    per: timedelta


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_MAIL = (Rate(30, _MINUTE),)

RATES: Mapping[str, tuple[Rate, ...]] = {
    "slack": (Rate(1, _SECOND),),
    "tgram": (Rate(1, _SECOND), Rate(20, _MINUTE)),
    "discord": (Rate(5, 2 * _SECOND), Rate(30, _MINUTE)),
    "mailto": _MAIL,
    "mailtos": _MAIL,
    "workflow": (Rate(4, _SECOND),),
    "mmost": (Rate(10, _SECOND),),
    "gchat": (Rate(1, _SECOND),),
    "ntfy": (Rate(60, timedelta(minutes=5)),),
}


def rates_of(service: str) -> tuple[Rate, ...]:
    """The limits of a service, by its scheme in Apprise; none for what is not known."""
    return RATES.get(service, ())


def window(rates: Sequence[Rate]) -> timedelta:
    """How far back sent messages count."""
    return max((rate.per for rate in rates), default=timedelta(0))


def free_at(rates: Sequence[Rate], sent: Sequence[datetime], now: datetime) -> datetime:
    """When one more message may go: now, or once enough of those `sent` (newest first) are past."""
    free = now
    for rate in rates:
        if len(sent) >= rate.messages:
            free = max(free, sent[rate.messages - 1] + rate.per)
    return free
