"""What must hold at the end of a soak, checked one by one against what the site published and the receivers took."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine, func, select, text

from benchmarks.latency_site import NUMBER
from pipelines.states import DeliveryState
from storage.alert_tables import notices
from storage.journal import DeliveryRow
from storage.store import open_store
from tests.soak.world import RECEIVERS, SECRET, Receivers, place

MEMORY_MB = 1024


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold, and what was seen."""

    name: str
    holds: bool
    seen: str


def verdict(
    url: str,
    folder: Path,
    *,
    wanted: Collection[str],
    published: Collection[str],
    receivers: Receivers,
    blows: Counter[str],
    peak_mb: float,
) -> Iterator[Invariant]:
    """Every invariant, in the order of the design; `wanted` are the articles that the rule asks for."""
    with closing(open_store(url)) as store:
        ledger = store.journal.match_ledger()
        rows = store.journal.deliveries(list(DeliveryState), 1_000_000)
        found = {row.article.url.rpartition("/")[2] for row in store.journal.articles(limit=1_000_000)}
    states = Counter(row.delivery.state for row in rows)
    missing = {name: sorted(set(wanted) - set(receivers.told(name))) for name in RECEIVERS}
    yield Invariant(
        "1 no loss: each article that matches reaches each receiver",
        not any(missing.values()),
        f"{len(wanted)} wanted, missing {({name: len(lost) for name, lost in missing.items() if lost}) or 'none'}",
    )
    yield Invariant(
        "1 sums: every match has its answer, every delivery its end",
        ledger.matched == ledger.accounted == len(wanted) and set(states) <= {DeliveryState.SENT},
        f"{ledger.matched} matches, {ledger.accounted} answered; deliveries {dict(states)}",
    )
    refused = receivers.seen.total() - receivers.seen["ok"]
    yield Invariant(
        "2 each receiver by itself: refusals of one mark no other",
        len(rows) >= len(wanted) * len(RECEIVERS) and refused > 0,
        f"{len(rows)} deliveries, {refused} requests refused by receivers that were down or flapping",
    )
    repeats = {name: receivers.repeats[place(name)] for name in RECEIVERS}
    yield Invariant(
        "3 messages repeated: no more than blows",
        all(many <= blows.total() for many in repeats.values()),
        f"{repeats} for {blows.total()} blows",
    )
    logins = receivers.seen["login"]
    yield Invariant("4 only a 2xx of the addressed URL is success", not logins, f"{logins} requests at /login")
    told = list(receivers.told("steady"))
    late = _late(rows, [int(number) for number in told])
    yield Invariant(
        "5 order of detection at a receiver that takes everything",
        late <= blows.total(),
        f"{late} of {len(told)} told after one that was found later",
    )
    yield Invariant(
        "7 nothing dropped on the way in",
        set(published) <= found,
        f"{len(published)} published, {len(set(published) - found)} never seen",
    )
    failing = [title for title in receivers.notices if "gone" in title]
    begun = _begun(url, "feed:gone")
    yield Invariant(
        "8 a feed that fails is one notice; told again only where a blow fell between the sending and its mark",
        begun == 1 <= len(failing) <= 1 + blows.total(),
        f"{begun} begun, told {len(failing)} times: {failing[:1]}",
    )
    beats = receivers.messages[place("beat")]
    yield Invariant("9 the heartbeat goes out", beats > 0, f"{beats} beats")
    yield Invariant("10 memory of a cycle", peak_mb <= MEMORY_MB, f"{peak_mb:.0f} MB at most, workers included")
    places = [*_secret_rows(url), *(name for name in ("log", "cycles") if SECRET in _read(folder / name))]
    yield Invariant("12 no secret in a row or a log", not places, ", ".join(places) or "none")
    yield Invariant("the database is sound", _sound(url), "checked")


def _late(rows: Sequence[DeliveryRow], told: Sequence[int]) -> int:
    """How many were told after one whose delivery was decided later."""
    steady = sorted(
        (row.delivery.delivery_id, int(found[1]))
        for row in rows
        if row.delivery.receiver == "steady" and (found := NUMBER.search(row.title))
    )
    turn = {number: turn for turn, (_, number) in reversed(list(enumerate(steady)))}
    return sum(turn.get(after, -1) < turn.get(before, -1) for before, after in pairwise(told))


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _secret_rows(url: str) -> list[str]:
    """Tables in which the secret stands."""
    opened, found = engine(url), []
    with opened.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for name, table in tables.tables.items():
            if name.startswith("search"):
                continue  # words of texts, by number; some of its tables cannot be read as rows
            if any(SECRET in str(row) for row in connection.execute(select(table))):
                found.append(name)
    opened.dispose()
    return found


def _begun(url: str, subject: str) -> int:
    """How many notices there were of a subject."""
    opened = engine(url)
    with opened.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(notices).where(notices.c.subject == subject))
    opened.dispose()
    return int(count or 0)


def _sound(url: str) -> bool:
    """As the database itself says."""
    opened = engine(url)
    with opened.connect() as connection:
        question = "PRAGMA integrity_check" if url.startswith("sqlite") else "SELECT 'ok'"
        answer = connection.execute(text(question)).scalar_one()
    opened.dispose()
    return str(answer) == "ok"


def engine(url: str) -> Engine:
    """The database by itself, without the storage under test."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
