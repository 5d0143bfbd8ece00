"""Breaking news: 60 reprints and 12 reports in five languages, under two rules, within two hours."""

import json
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.alerts import Message
from pipelines.live_rules import LiveRules
from pipelines.model import Content, FeedEntry, Outlet, Published
from pipelines.states import OutletId, TextSource
from pipelines.steps.grouping import group_stories
from pipelines.steps.matching import match_rules
from pipelines.steps.progress import Budget
from storage.store import SqlStore, open_store
from tests.storage.desk import Desk
from tests.storage.samples import feed, poll

REPORTS = Path(__file__).parents[1] / "data" / "stories" / "breaking.jsonl"
BEGAN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
WIRE = """Tamas Verel has appealed to Ilse Kordan to let traffic through the Tarn tunnel again, his office said.
The president spoke with his neighbour for twenty minutes, said a statement that named neither conditions nor a day.
Queues on the northern ramp have reached the railway crossing at Vessby, where 240 lorries were counted in the morning.
Most of them carry medicine, flour and heating oil for the two valleys, which have no other road in winter.
Ilse Kordan told reporters later that her government would look into the matter and that nobody should go hungry.
The tunnel was closed eleven days ago, after inspectors had found cracks in the lining of the eastern tube."""
RULES = """
version: 1
rules:
  - {id: tunnel, any: [tunnel, tunel*, tünel*, тоннел*, թունել*]}
  - {id: leaders, any: [Verel*, Верел*, Վերել*], and_any: [Kordan*, Кордан*, Կորդան*]}
"""
ROUTES = "version: 1\nreceivers: {chat: {url_env: CHAT}}\nroute: {to: chat, gather: {wait: 30s, every: 15m}}\n"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An article, and when its outlet publishes it."""

    outlet: str
    title: str
    body: str
    language: str
    at: datetime

    @property
    def link(self) -> str:
        return f"https://{self.outlet}.example/tarn"


def arrivals() -> list[Arrival]:
    """Sixty printings of the wire's text, each with a headline of its own and cut somewhere, and the twelve reports."""
    chance = random.Random(72)
    rows = [json.loads(line) for line in REPORTS.read_text(encoding="utf-8").splitlines()]
    lines = WIRE.splitlines()
    told = [
        ("en", f"Tarn: appeal for the tunnel, {number}", "\n".join(lines[: 4 + number % 3])) for number in range(60)
    ]
    told += [(row["language"], row["title"], row["text"]) for row in rows]
    minutes = [0.0, *sorted(chance.uniform(0, 115) for _ in range(70)), 118.0]
    order = [0, *chance.sample([*range(1, 60), *range(61, 72)], 70), 60]  # a report is the last
    return [
        Arrival(outlet=f"paper-{number}", title=told[number][1], body=told[number][2], language=told[number][0],
                at=BEGAN + timedelta(minutes=minute))
        for number, minute in zip(order, minutes, strict=True)
    ]  # fmt: skip


def publish(store: SqlStore, article: Arrival, now: datetime) -> None:
    """A poll that brings the article, and its page's text."""
    published = Published(moment=article.at)
    whose = Outlet(outlet_id=OutletId(article.outlet), title=article.outlet.title())
    entry = FeedEntry(title=article.title, url=article.link, link=article.link, published=published)
    poll(store, entry, of=feed(article.outlet, whose=whose), now=now)
    content = Content(title=article.title, body=article.body, language=article.language, published=published,
                      text_source=TextSource.PAGE)  # fmt: skip
    for page in store.articles.pages_due(now, 100):
        store.articles.save_text(page, content, now, try_again_at=None)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Desk:
    for name, text in (("rules.yaml", RULES), ("routes.yaml", ROUTES)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        os.utime(tmp_path / name, (BEGAN.timestamp() - 60,) * 2)
    return Desk(open_store(database_url), tmp_path)


def test_the_desk_gets_ten_messages_at_most_and_all_72_articles_are_named(desk: Desk) -> None:
    waiting, messages = arrivals(), list[Message]()
    assert len(waiting) == 72
    for minute in range(0, 121 + 30, 3):
        now = BEGAN + timedelta(minutes=minute)
        while waiting and waiting[0].at <= now:
            publish(desk.store, waiting.pop(0), now)
        group_stories(desk.store.stories, budget=Budget(now, 60))
        live = LiveRules(folder=desk.folder, book=desk.store.rulebook, clock=lambda now=now: now, sleep=lambda _: None,
                         kept=desk.folder / "kept")  # type: ignore[misc]  # fmt: skip
        match_rules(desk.store.matches, live, budget=Budget(now, 60))
        desk.at(now).run()
        messages += desk.to("chat")
    told = "\n".join(f"{message.title}\n{message.text}" for message in messages).split()
    assert [f"paper-{number}" for number in range(72) if f"https://paper-{number}.example/tarn" not in told] == []
    assert len(messages) <= 10
    ledger = desk.store.journal.match_ledger()
    assert (ledger.matched, ledger.undecided) == (ledger.accounted, 0)
    assert ledger.matched > 120  # both rules matched nearly everything
