"""An outlet changes its layout: the operator hears of it, sets `keep`, and kept pages are read again, none fetched."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.cycle import open_cycle
from pipelines.reports import Report
from pipelines.states import OutletId
from storage.sites import RECENT
from tests.installation import readers
from tests.web import Web

ROOT = Path(__file__).parents[2]
LINE = "The {0} was opened by the mayor on day %s, and many came to see it in the rain."
LINES = [LINE % day for day in "12345"]
OLD = "<html><body><article><h1>The {0}</h1>" + "".join(f"<p>{line}</p>" for line in LINES) + "</article></body></html>"
NEW = "<html><body><h1>The {0}</h1><footer class='story modal' hidden>" + "<br>".join(LINES) + "</footer></body></html>"
FEED = "<rss version='2.0'><channel><title>Tufa</title>{0}</channel></rss>"
ITEM = "<item><title>The {0}</title><link>{1}</link></item>"
OUTLETS = "version: 1\noutlets: {{tufa: {{title: Tufa}}}}\nfeeds:\n  - {{id: tufa, outlet: tufa, url: {0}{1}}}\n"


class Desk:
    """An installation that watches one feed."""

    def __init__(self, folder: Path, web: Web) -> None:
        self.web, self.folder = web, folder
        (folder / "alert_rules").mkdir()
        self.environment = {
            "WIREWATCH_DESK": str(folder / "alert_rules"),
            "WIREWATCH_ALLOW_HOSTS": "127.0.0.1",
            "WIREWATCH_PAGE_PAUSE": "0",
        }
        self.write("")

    def write(self, options: str) -> None:
        """Write feeds.yaml."""
        text = OUTLETS.format(self.web.url("/feed"), options)
        (self.folder / "alert_rules" / "feeds.yaml").write_text(text, encoding="utf-8")

    def publish(self, layout: str, names: list[str]) -> None:
        """The outlet has these articles, and no others, in its feed."""
        items = ""
        for name in names:
            items += ITEM.format(name, self.web.serve(f"/{name}", layout.format(name)))
        self.web.serve("/feed", FEED.format(items), "application/rss+xml")

    def run(self, *, later: timedelta = timedelta(0)) -> Report:
        """Poll and read."""
        with open_cycle(self.environment, self.folder, workers=readers()) as opened:
            cycle = replace(opened, clock=lambda: datetime.now(UTC) + later)
            cycle.feed_entries(every_feed=True)
            return cycle.articles()

    def full_texts(self) -> tuple[int, set[str]]:
        """Recent articles with their full text, and the subjects of open notices."""
        with open_cycle(self.environment, self.folder, workers=readers()) as cycle:
            (site,) = cycle.store.articles.site_texts([OutletId("tufa")], datetime.now(UTC))
            return site.recent_full, set(cycle.store.notices.open_subjects())


def test_a_layout_that_changed_is_told_and_mended_from_the_pages_that_are_kept(tmp_path: Path, web: Web) -> None:
    desk = Desk(tmp_path, web)
    desk.publish(OLD, [f"bridge-{number}" for number in range(12)])
    assert desk.run().counts["text from page"] == 12
    new = [f"dam-{number}" for number in range(2 * RECENT)]
    desk.publish(NEW, new)
    report = desk.run()
    assert report.counts["text from headline"] == len(new)
    assert desk.full_texts() == (0, {"site:tufa"})

    desk.write(", keep: [.story]")
    asked = len(web.requests)
    kept = {name: text for name, text in os.environ.items() if not name.startswith("WIREWATCH_")}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.app", "extract", "--again", "tufa", "--since", "2020-01-01"],
        cwd=ROOT,
        env=kept | desk.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert f"{len(new)} texts new" in done.stdout, done.stdout + done.stderr
    assert len(web.requests) == asked
    full, _ = desk.full_texts()
    assert full > 0
    desk.publish(NEW, [*new, "tower"])
    desk.run()
    assert desk.full_texts()[1] == set()


def test_a_text_that_is_missing_is_asked_for_again(tmp_path: Path, web: Web) -> None:
    desk = Desk(tmp_path, web)
    desk.publish("<html><body><h1>The {0}</h1></body></html>", ["dam"])
    assert desk.run().counts["text from headline"] == 1
    desk.publish(OLD, ["dam"])
    assert desk.run().counts.get("articles", 0) == 0
    assert desk.run(later=timedelta(minutes=30)).counts["text from page"] == 1
    assert desk.run(later=timedelta(hours=30)).counts.get("articles", 0) == 0


def test_pages_are_kept_as_long_as_the_setting_says(tmp_path: Path, web: Web) -> None:
    desk = Desk(tmp_path, web)
    desk.environment["WIREWATCH_KEEP_PAGES"] = "0.5"
    desk.publish(OLD, ["dam"])
    desk.run()
    desk.publish(OLD, ["dam", "bridge"])
    desk.run(later=timedelta(hours=13))
    with open_cycle(desk.environment, tmp_path, workers=readers()) as cycle:
        now = datetime.now(UTC)
        replace(cycle, clock=lambda: now + timedelta(hours=13)).housekeeping()
        kept = list(cycle.store.articles.kept_pages(OutletId("tufa"), now - timedelta(days=1), now + timedelta(days=1)))
    assert [page.entry.title for page, _ in kept] == ["The bridge"]
