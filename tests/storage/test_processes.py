"""Two processes at one store: each delivery is claimed by one of them, each step's transaction is alone."""

import subprocess
import sys
from contextlib import closing

from storage.store import open_store
from tests.storage.samples import CHAT, LATER, MAIL, NOW, alert, entry, extract, matched, poll

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


def run_two(code: str, *arguments: str) -> list[list[str]]:
    """What each of two processes printed, both set off together."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ended = [(process.communicate(timeout=60), process.returncode) for process in processes]
    assert [(errors, code) for (_, errors), code in ended] == [("", 0)] * 2
    return [output.splitlines() for (output, _), _ in ended]


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
