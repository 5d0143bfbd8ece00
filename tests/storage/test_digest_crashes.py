"""Killed at any point around a digest: it is made once, what was kept goes with it, and at most one repeat is sent."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.alerts import Message, Receiver
from storage.store import SqlStore
from tests.storage.desk import HOUR, MINUTE, NOON, Post
from tests.storage.test_digest_days import HELD, Briefed


class Killed(BaseException):
    """No error: the process is gone."""


@dataclass
class Deadly(Post):
    """A notifier during whose first message the process is killed, before it is out or after."""

    point: str = "before"
    keys: list[str] = field(default_factory=list)

    def send(self, receiver: Receiver, message: Message, *, key: str) -> None:
        first = receiver.receiver_id == "chat" and not self.keys
        self.keys += [key] if receiver.receiver_id == "chat" else []
        if first and self.point == "before":
            raise Killed
        super().send(receiver, message, key=key)
        if first:
            raise Killed


@pytest.mark.parametrize("point", ["before", "after"])
def test_killed_around_the_send_it_goes_out_again_as_the_same_message(
    store: SqlStore, tmp_path: Path, point: str
) -> None:
    (tmp_path / "routes.yaml").write_text(HELD, encoding="utf-8")
    store.digests.plan("before", (), NOON)
    post = Deadly(point=point)
    opened = Briefed(store, tmp_path, post)
    opened.run()
    opened.at(NOON + 8 * HOUR).news("one")
    opened.run()
    opened.at(NOON + 16 * HOUR)
    with pytest.raises(Killed):
        opened.run()
    for _ in range(3):
        opened.at(opened.now + MINUTE).run()
    told = [message for name, message in post.sent if name == "chat"]
    assert len(told) == (1 if point == "before" else 2)
    assert all("/one?" in message.text for message in told)
    assert len(set(post.keys)) == 1
    assert len([one for one in store.digests.made(9) if one.receiver == "chat"]) == 1


def test_killed_before_the_commit_nothing_is_half_made(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "routes.yaml").write_text(HELD, encoding="utf-8")
    store.digests.plan("before", (), NOON)
    opened = Briefed(store, tmp_path)
    opened.run()
    opened.at(NOON + 8 * HOUR).news("one")
    opened.run()
    under_way = store.digests.under_way()
    with monkeypatch.context() as patched:
        patched.setattr("storage.digests._delivery", _killed)
        with pytest.raises(Killed):
            opened.at(NOON + 16 * HOUR).run()
    assert store.digests.made(9) == []
    assert store.digests.under_way() == under_way
    opened.at(opened.now + MINUTE).run()
    messages = opened.to("chat")
    assert len(messages) == 1
    assert "/one?" in messages[0].text


def _killed(*_: object) -> None:
    raise Killed
