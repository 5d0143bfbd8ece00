"""Two processes at one store: each host and delivery is claimed by one of them, each step's transaction is alone."""

import subprocess
import sys
from contextlib import closing

import pytest

from storage.store import SqlStore, open_store
from tests.storage.samples import CHAT, LATER, MAIL, NOW, alert, entry, extract, feed, matched, poll

CLAIM = """
import sys
from datetime import datetime, timedelta
from storage.store import open_store

store, now, receivers = open_store(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), sys.argv[3:]
print("ready", flush=True)
sys.stdin.readline()
lease = now + timedelta(minutes=1)
while claimed := [one for who in receivers for one in store.outbox.claim(who, now, lease)]:
    for one in claimed:
        print(one.delivery_id, one.receiver, flush=True)
        store.outbox.mark_sent([one.delivery_id], now)
store.close()
"""

GROUP = """
import sys
from datetime import datetime
from storage.store import open_store

store, now = open_store(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
more = True
while more:
    with store.stories.grouping(now) as grouping:
        more = grouping.ungrouped(3)
        for one in more:
            assert not grouping.postings([one.article.article_id], now)
            grouping.join(
                one.article.article_id, None, similarity=1.0, reason="first", hashes=[one.article.article_id]
            )
            print(one.article.article_id, flush=True)
store.close()
"""

FETCH = """
import sys, time
from datetime import datetime, timedelta
from pipelines.sites import host_of
from pipelines.steps.progress import Budget
from pipelines.steps.sharing import share_out, work_off
from storage.store import open_store
from pipelines.polls import Poll
from tests.storage.samples import content, entry, state

store, now = open_store(sys.argv[1], workers=2), datetime.fromisoformat(sys.argv[2])
budget = Budget(now, 30)
print("ready", flush=True)
stays = sys.stdin.readline() == "stay\\n"

def poll(mine):
    for one in mine:
        if stays:
            print("holds", len(mine), flush=True)
            time.sleep(60)
        arrived = entry("news", site=one.feed.feed_id)
        store.feeds.record_polls([Poll(feed=one.feed, state=state(now), entries=[arrived])], now)
        print("poll", one.feed.feed_id, flush=True)
    return len(mine)

def extract(pages):
    for page in pages:
        store.articles.save_text(page, content(), now, try_again_at=None)
        print("page", host_of(page.article.link), flush=True)
    return True

feeds = lambda: store.feeds.due_feeds(now)
share_out(store.claims, feeds(), lambda one: one.feed.url, feeds, poll, budget=budget)
look = lambda limit: store.articles.pages_due(now, limit)
work_off(store.claims, look, 5, lambda page: page.article.link, extract, budget=budget)
store.close()
"""


def run_two(code: str, *arguments: str) -> list[list[str]]:
    """What each of two processes printed, both set off together."""
    processes = [begin(code, *arguments) for _ in range(2)]
    for process in processes:
        tell(process, "go")
    ended = [(process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(errors, code) for (_, errors), code in ended] == [("", 0)] * 2
    return [output.splitlines() for (output, _), _ in ended]


def begin(code: str, *arguments: str) -> "subprocess.Popen[str]":
    """A process that has opened the store and waits for a word."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert heard(process) == "ready"
    return process


def tell(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_two_processes_never_claim_the_same_delivery(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        matched(store, *map(str, range(60)))
        alert(store, MAIL, CHAT)
        one, two = run_two(CLAIM, store_url, NOW.isoformat(), MAIL, CHAT)
        assert len(one) + len(two) == len({*one, *two}) == 120
        for lines in (one, two):
            for receiver in (MAIL, CHAT):
                order = [int(line.split()[0]) for line in lines if line.endswith(receiver)]
                assert order == sorted(order)
        assert store.due_work(LATER).deliveries == 0


def test_two_processes_group_each_article_once(store_url: str) -> None:
    with closing(open_store(store_url)) as store:
        poll(store, *(entry(str(number)) for number in range(40)))
        extract(store)
        one, two = run_two(GROUP, store_url, NOW.isoformat())
        assert sorted(map(int, one + two)) == list(range(1, 41))
        assert len(store.matches.unmatched(100)) == 40


FEEDS = [f"paper{number}" for number in range(24)]


def ended_well(process: "subprocess.Popen[str]") -> list[str]:
    output, errors = process.communicate(timeout=60)
    assert (errors, process.returncode) == ("", 0)
    return output.splitlines()


def test_two_processes_share_what_is_fetched_by_host_and_do_each_once(store: SqlStore, store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer, and is one process's")
    store.feeds.sync_feeds([feed(name) for name in FEEDS], NOW)
    one, two = run_two(FETCH, store_url, NOW.isoformat())
    polled = sorted(f"poll {name}" for name in FEEDS)
    read = sorted(f"page {name}.example" for name in FEEDS)
    assert sorted(one + two) == sorted(polled + read)


def test_what_a_killed_worker_held_is_the_others_at_once(store: SqlStore, store_url: str) -> None:
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer, and is one process's")
    store.feeds.sync_feeds([feed(name) for name in FEEDS], NOW)
    killed, other, last = (begin(FETCH, store_url, NOW.isoformat()) for _ in range(3))
    tell(killed, "stay")
    assert heard(killed) == "holds 12"
    tell(other, "go")
    first = ended_well(other)
    killed.kill()
    killed.communicate()
    tell(last, "go")
    second = ended_well(last)
    polls = [[line for line in lines if line.startswith("poll")] for lines in (first, second)]
    assert [len(lines) for lines in polls] == [12, 12]
    assert sorted(polls[0] + polls[1]) == sorted(f"poll {name}" for name in FEEDS)
    assert store.articles.pages_due(LATER, 100) == []
