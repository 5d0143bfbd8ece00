"""A new installation: what it watches and what yesterday would have brought is told once; then a morning by mail."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.cycle import Cycle
from tests.installation import World, demo_world

ZONE = ZoneInfo("Asia/Tbilisi")  # the demo desk's


def cycle_at(world: World, moment: datetime) -> None:
    """What `wirewatch run` does, at that time of the clock."""
    with world.cycle() as opened:
        cycle: Cycle = replace(opened, clock=lambda: moment)
        list(cycle.each(every_feed=True))


def test_a_first_cycle_is_told_once_and_each_morning_by_mail(tmp_path: Path) -> None:
    with demo_world(tmp_path, new=True) as world:
        routes = tmp_path / "alert_rules" / "routes.yaml"
        text = routes.read_text(encoding="utf-8")
        now = datetime.now(UTC)
        far = (now.astimezone(ZONE).hour + 12) % 24  # no cycle of these is on both sides of it
        routes.write_text(text.replace("style: mail}", f'style: mail, morning: "0 {far} * * *"}}'), encoding="utf-8")
        for minutes in (0, 1, 2):
            cycle_at(world, now + timedelta(minutes=minutes))
        told = [post for post in world.site.chat_posts if post.title == "Now watching"]
        assert len(told) == 1
        assert told[0].message.startswith("Watching ")
        for days, minutes in ((1, 0), (1, 10), (3, 0), (3, 10), (3, 20)):  # what a busy machine did not send is sent
            cycle_at(world, now + timedelta(days=days, minutes=minutes))
        mornings = [one for one in world.site.mailbox.letters() if str(one["subject"]).startswith("Morning digest")]
        assert len(mornings) == 2
        html = mornings[0].get_body(("html",))
        plain = mornings[0].get_body(("plain",))
        assert html is not None
        assert plain is not None
        for body in (html.get_content(), plain.get_content()):
            assert "feeds read" in body
            assert "held for a reason" in body
        with world.cycle() as opened:
            made = [one for one in opened.store.digests.made(9) if one.kind == "morning"]  # type: ignore[attr-defined]
        assert made[0].starts_at == made[1].ends_at
        assert len({one["message-id"] for one in mornings}) == 2
