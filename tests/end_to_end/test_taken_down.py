"""A page that is taken down after the desk was told of it: all who got the alert hear of that, by real cycles."""

from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipelines.alerts import AlertDetail
from pipelines.states import AlertReason
from storage.store import SqlStore
from tests.installation import World, demo_world


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    with demo_world(tmp_path, database_url) as found:
        yield found


def test_a_page_taken_down_is_told_to_chat_and_mail_in_the_events_thread(world: World) -> None:
    with world.cycle() as cycle:
        cycle.whole()
        for _ in range(4):  # a busy machine may need a second round for all messages
            cycle.deliveries()
        assert isinstance(cycle.store, SqlStore)
        [detail] = [row.detail for row in cycle.store.journal.alerts(99)][-1:]
        assert isinstance(detail, AlertDetail)
        article = detail.match.revision.article
    mails = len(world.site.mailbox.messages)
    with world.site.out_of_order(urlsplit(article.link).path, status=HTTPStatus.GONE):
        for later in (timedelta(minutes=35), timedelta(hours=2)):
            with world.cycle(later=later) as cycle:
                for step in (cycle.revisits, cycle.alerts, cycle.deliveries):
                    step()
    with world.cycle(later=timedelta(hours=2)) as cycle:
        assert isinstance(cycle.store, SqlStore)
        told = [row.detail for row in cycle.store.journal.alerts(99)]
        gone = [one for one in told if one.alert.reason is AlertReason.TAKEN_DOWN]
    assert {one.match.revision.article.article_id for one in gone if isinstance(one, AlertDetail)} == {
        article.article_id
    }
    [post] = [post for post in world.site.chat_posts if "TAKEN DOWN" in post.title]
    assert "taken down: HTTP 410, 2 times" in post.message
    assert article.link in post.message
    [mail] = world.site.mailbox.messages[mails:]
    assert b"Subject: Taken down: " in mail
    assert b"References: <event-" in mail
