"""Hosts are held by one worker at a time, on PostgreSQL; SQLite is one worker's."""

import time
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from pipelines.errors import StoreError
from storage.store import SqlStore, open_store
from tests.storage.samples import MINUTE, NOW

HOSTS = ["c.example", "a.example", "b.example", "d.example"]


def hold(stack: ExitStack, store: SqlStore, hosts: list[str], lease: timedelta = MINUTE) -> set[str]:
    """What is held of `hosts` until the stack ends."""
    return set(stack.enter_context(store.claims.held(hosts, lease)))


def test_sqlite_holds_whatever_it_asks_for(store: SqlStore, store_url: str) -> None:
    with ExitStack() as stack, closing(open_store(store_url, workers=3)) as other:
        assert store.claims.shared is other.claims.shared is store_url.startswith("postgresql")
        if not store.claims.shared:
            assert hold(stack, store, HOSTS) == hold(stack, other, HOSTS) == set(HOSTS)


def test_a_host_is_one_workers_until_it_lets_go(store_url: str) -> None:
    with closing(open_store(store_url, workers=2)) as one, closing(open_store(store_url, workers=2)) as two:
        if not one.claims.shared:
            return
        with ExitStack() as stack:
            assert hold(stack, one, HOSTS) == {"c.example", "a.example"}  # its half, what is due first
            assert hold(stack, two, HOSTS) == {"b.example", "d.example"}
            assert hold(stack, one, HOSTS) == hold(stack, two, []) == set()
        with ExitStack() as stack:
            assert hold(stack, two, [*HOSTS, "e.example"]) == {"c.example", "a.example", "b.example"}


def test_a_lease_that_ran_out_is_anybodys_and_whoever_had_it_goes_on(store_url: str) -> None:
    with closing(open_store(store_url)) as one, closing(open_store(store_url)) as two, ExitStack() as others:
        if not one.claims.shared:
            return
        with ExitStack() as late:
            assert hold(late, one, HOSTS, timedelta(milliseconds=50)) == set(HOSTS)
            while not (free := hold(others, two, HOSTS)):
                time.sleep(0.05)
            assert free == set(HOSTS)
            assert one.articles.pages_due(NOW, 1) == []
        assert hold(others, one, HOSTS) == set()


def test_what_fails_while_hosts_are_held_is_told(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="the disk is full"), store.claims.held(HOSTS, MINUTE):
        raise StoreError("the disk is full")
    with ExitStack() as stack:
        assert hold(stack, store, HOSTS) == set(HOSTS)


def test_names_of_hosts_come_from_anywhere(store: SqlStore) -> None:
    hosts = ["", "x" * 253, "b\u00fccher.example", "it's.example", "{a,b}", 'q"uote', "back\\slash"]
    with ExitStack() as stack:
        assert hold(stack, store, hosts) == set(hosts)
