"""The small interfaces through which the steps do things; each is declared by its user, the step.

Times are aware UTC. Every method that writes does so in one transaction, together with the mark that says
the work is done; calling it again with the same arguments changes nothing. Stores raise StoreError only.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType, TracebackType
from typing import ParamSpec, Protocol, Self, TypeVar

from pipelines.alerts import (
    AlertDetail,
    Bundled,
    Delivery,
    FindingDetail,
    Message,
    Pause,
    Receiver,
)
from pipelines.digests.records import Digest
from pipelines.model import Content, Judgement, Page, Revision, Rule
from pipelines.shards import WHOLE, Shard
from pipelines.sites import SiteTexts
from pipelines.states import (
    AlertId,
    DeliveryId,
    DigestId,
    OutletId,
    ReceiverId,
    RevisionId,
)

P = ParamSpec("P")
T = TypeVar("T")

# --- doing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A GET, conditional where the validators of an earlier answer are given."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Sent to the request's own origin alone, never after a redirect to another."""
    secret_headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Likewise; each value is the NAME of the environment variable to take it from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A 2xx answer, or a 304 with an empty body; `body` is decoded from its transfer encoding, not from its charset."""

    url: str
    """Final URL, after redirects."""
    status: int
    body: bytes
    content_type: str | None = None
    """The Content-Type header as sent, charset included."""
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    """The final URL, where every redirect on the way was a permanent one."""
    redirected: bool = False
    """Whether another address than the one asked for has answered."""
    fresh_for: timedelta | None = None
    """How long the server says that asking again brings the same; None where it says nothing."""

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed."""
        return self.status == 304


class Fetcher(Protocol):
    """Gets URLs within caps on size, time and address; safe for concurrent calls inside `async with`."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def fetch(self, request: Request) -> Response:
        """Answer of `request`; raises FetchError, and nothing else."""
        ...


class Workers(Protocol):
    """Runs functions on what strangers wrote, side by side, each within limits of time and memory."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """The answer to come; its `result()` raises ParsingFailed where a limit was passed.

        `function` is a module's own; what goes in and out is picklable. Nothing is started before the first call.
        """
        ...


class Notifier(Protocol):
    """Sends one message to one receiver."""

    def service(self, receiver: Receiver) -> str:
        """The kind of service behind its address, such as `slack`; empty where the address cannot be read."""
        ...

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        """Return once the receiver has taken it; `key` goes along for it to drop repeats. Raises DeliveryError."""
        ...


# --- one store protocol per step -------------------------------------------------------------------------------------


class ArticleStore(Protocol):
    """What `extract_articles` needs."""

    def pages_due(self, now: datetime, limit: int, shard: Shard = WHOLE) -> Sequence[Page]:
        """Articles of a shard whose text is due, news before backlog, newest first."""
        ...

    def save_text(
        self,
        page: Page,
        content: Content,
        now: datetime,
        *,
        try_again_at: datetime | None,
        page_error: str = "",
        answer: Response | None = None,
    ) -> bool:
        """Store a text and mark the extraction done, or due again at `try_again_at`; True when the text is new.

        `page_error` is why there is not the page's full text, in a few words; `answer` is kept for some days. The
        text's paragraphs are counted for its outlet: what returns is marked in every content loaded later.

        A text whose hash the article already has adds no revision, nor does a poorer one (feed or headline) where
        the article has a page's text, whatever its feeds say since.
        """
        ...

    def kept_pages(self, outlet: OutletId | None, since: datetime, until: datetime) -> Iterator[tuple[Page, Response]]:
        """Pages that are kept, of one outlet or of all, fetched from `since` on and before `until`, as if due."""
        ...

    def has_text(self, page: Page, content: Content) -> bool:
        """Whether `save_text` would find nothing new in it."""
        ...

    def site_texts(self, outlet_ids: Collection[OutletId], now: datetime) -> Sequence[SiteTexts]:
        """How the pages of these outlets fare: the last RECENT articles that were looked at, and those of two days."""
        ...


class MatchStore(Protocol):
    """What `match_rules` needs."""

    def fates(self, limit: int) -> tuple[Sequence[bool], int]:
        """Whether each of the newest judged texts that were news matched a rule, newest first; how many wait."""
        ...

    def sync_rules(self, rules: Iterable[Rule], now: datetime, *, whole: str | None = None) -> None:
        """Record rule versions not seen before; `first seen` is `now`.

        Where `whole`, a digest of them all, is that of the last time, no rule is looked at.
        """
        ...

    def unmatched(self, limit: int) -> Sequence[Revision]:
        """Latest revisions of grouped articles that no rules looked at yet, by publication time, else by extraction."""
        ...

    def save_matches(
        self, revision_ids: Collection[RevisionId], judgements: Sequence[tuple[RevisionId, Judgement]], now: datetime
    ) -> int:
        """Store judgements and mark their revisions matched; returns how many were not there before.

        Only MATCH and PARTIAL are stored; a partial is judged again with the article's next revision.
        """
        ...

    def unstored(self, judgements: Sequence[tuple[RevisionId, Judgement]]) -> int:
        """How many `save_matches` would store."""
        ...


class Outbox(Protocol):
    """What `deliver` needs: deliveries are leased, sent, and only then marked sent."""

    def receivers_due(self, now: datetime) -> Sequence[ReceiverId]:
        """Receivers with a waiting delivery that is due and not leased, the longest waiting first."""
        ...

    def claim(
        self, receiver: ReceiverId, now: datetime, lease_until: datetime, late_before: datetime | None = None
    ) -> Sequence[Delivery]:
        """Lease the receiver's oldest due delivery and what waits in its bundle: nobody else sends it meanwhile.

        Where that was ready before `late_before`, all that was goes with it, whatever its bundle.
        """
        ...

    def alerts_due(self, now: datetime) -> Sequence[AlertId]:
        """Alerts of the oldest due deliveries, as many as a round may send."""
        ...

    def details(self, alert_ids: Collection[AlertId]) -> Sequence[AlertDetail | FindingDetail]:
        """What a message about the alerts needs, as of now, in their order."""
        ...

    def digest(self, digest_id: DigestId) -> Digest:
        """A digest that was made."""
        ...

    def bundled(self, receiver: ReceiverId, bundle: str) -> Bundled:
        """What is known of a receiver's bundle, with who has printed its texts since its last message."""
        ...

    def sent_times(self, receiver: ReceiverId, since: datetime) -> Sequence[datetime]:
        """When messages went to the receiver after `since`, newest first, one time for each."""
        ...

    def mark_sent(self, sent: Collection[DeliveryId], now: datetime) -> None:
        """The receiver took them."""
        ...

    def mark_failed(self, failed: Collection[DeliveryId], error: str, retry_at: datetime | None, now: datetime) -> None:
        """Count the attempt; due again at `retry_at`, dead where that is None."""
        ...

    def part(self, refused: Collection[DeliveryId], now: datetime) -> None:
        """Deliveries of several bundles were refused together: each bundle is due by itself, as if ready now."""
        ...

    def pauses(self) -> Mapping[ReceiverId, Pause]:
        """The receivers that are paused."""
        ...

    def pause(self, pause: Pause) -> None:
        """Ask a receiver again at `probe_at` only; one that is paused keeps since when it is."""
        ...

    def resume(self, receiver: ReceiverId) -> None:
        """Serve a receiver as ever."""
        ...

    def hand_over(self, receiver: ReceiverId, fallback: ReceiverId, now: datetime) -> int:
        """Make deliveries to `fallback` of all that waits for a paused receiver or is dead; how many are new."""
        ...

    def expire(self, receiver: ReceiverId, ready_before: datetime, reason: str) -> int:
        """Give up what a paused receiver should have had before then; how many."""
        ...
