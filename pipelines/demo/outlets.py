"""The demo's outlets and their feeds: every one invented, each with a habit that real ones have."""

from dataclasses import dataclass, field
from datetime import timedelta, timezone
from enum import StrEnum

from pipelines.demo.edition import DemoArticle


class Format(StrEnum):
    """How a feed is written."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One feed of an outlet: the articles of one language, newest first."""

    feed_id: str
    path: str
    language: str
    format: Format = Format.RSS
    full_text: bool = False
    content_type: str = "application/rss+xml; charset=utf-8"
    delay: float = 0.0
    """Seconds before it answers."""
    moved_to: str | None = None
    """Where the feed is now; the old address answers with a permanent redirect."""
    broken: bool = False
    """Answers HTTP 503."""
    tracking: str = ""
    """Query string that the feed hangs on its links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutlet:
    """A newspaper, site or agency."""

    outlet_id: str
    title: str
    country: str
    layout: str
    """Name of the page template."""
    offset: timedelta
    """Of its clock from UTC."""
    feeds: tuple[DemoFeed, ...]
    charset: str = "utf-8"
    appeal: str = ""
    """Paragraph under every article."""
    tags: tuple[str, ...] = field(default=("news",))

    @property
    def zone(self) -> timezone:
        """The outlet's clock."""
        return timezone(self.offset)

    def serves(self, feed: DemoFeed, article: DemoArticle) -> bool:
        """Whether the article is in that feed."""
        return article.outlet == self.outlet_id and article.language == feed.language


_YEREVAN = timedelta(hours=4)
_MOSCOW = timedelta(hours=3)
_SOFIA = timedelta(hours=2)

_APPEAL = (
    "Before you go: the Highland Monitor has no owner but its readers. Our six reporters travel by shared taxi, write "
    "in three languages and answer to nobody's advertising department. Printing has doubled in price within a year, "
    "and the small grant that paid for our translators ends this spring. If our pages are of use to you, please think "
    "about becoming a member. Three euros a month keep a correspondent on the road for one more day; a single gift of "
    "any size pays the next telephone bill. Every name on our list makes us harder to overlook."
)

OUTLETS = (
    DemoOutlet(
        outlet_id="northern-wire",
        title="Northern Wire",
        country="ge",
        layout="column",
        offset=timedelta(0),
        feeds=(DemoFeed(feed_id="northern-wire", path="/northern-wire/rss.xml", language="en", full_text=True),),
        tags=("news", "agency"),
    ),
    DemoOutlet(
        outlet_id="yerevan-ledger",
        title="Yerevan Ledger",
        country="am",
        layout="column",
        offset=_YEREVAN,
        feeds=(
            DemoFeed(feed_id="yerevan-ledger-en", path="/yerevan-ledger/en/rss.xml", language="en"),
            DemoFeed(
                feed_id="yerevan-ledger-hy",
                path="/yerevan-ledger/rss_arm.php",
                language="hy",
                moved_to="/yerevan-ledger/hy/rss.xml",
            ),
        ),
    ),
    DemoOutlet(
        outlet_id="highland-monitor",
        title="Highland Monitor",
        country="am",
        layout="journal",
        offset=_YEREVAN,
        feeds=(
            DemoFeed(
                feed_id="highland-monitor",
                path="/highland-monitor/atom.xml",
                language="en",
                format=Format.ATOM,
                content_type="application/atom+xml; charset=utf-8",
            ),
        ),
        appeal=_APPEAL,
    ),
    DemoOutlet(
        outlet_id="valley-courier",
        title="Valley Courier",
        country="ge",
        layout="journal",
        offset=_YEREVAN,
        feeds=(
            DemoFeed(
                feed_id="valley-courier",
                path="/valley-courier/feed/",
                language="en",
                content_type="text/xml; charset=utf-8",
                tracking="?utm_source=rss&utm_medium=feed",
            ),
        ),
    ),
    DemoOutlet(
        outlet_id="black-sea-dispatch",
        title="Black Sea Dispatch",
        country="ge",
        layout="column",
        offset=_YEREVAN,
        feeds=(
            DemoFeed(
                feed_id="black-sea-dispatch",
                path="/black-sea-dispatch/atom.xml",
                language="en",
                format=Format.ATOM,
                full_text=True,
                content_type="application/atom+xml; charset=utf-8",
            ),
        ),
    ),
    DemoOutlet(
        outlet_id="harbour-daily",
        title="Harbour Daily",
        country="bg",
        layout="journal",
        offset=_SOFIA,
        feeds=(DemoFeed(feed_id="harbour-daily", path="/harbour-daily/rss.xml", language="en"),),
    ),
    DemoOutlet(
        outlet_id="caspian-morning",
        title="Xəzər Səhəri",
        country="az",
        layout="portal",
        offset=_YEREVAN,
        feeds=(
            DemoFeed(
                feed_id="caspian-morning",
                path="/caspian-morning/feed.json",
                language="az",
                format=Format.JSON,
                content_type="application/feed+json",
            ),
        ),
    ),
    DemoOutlet(
        outlet_id="southern-pass",
        title="Южный перевал",
        country="ru",
        layout="portal",
        offset=_MOSCOW,
        charset="windows-1251",
        # The charset stands in the XML declaration alone, as it does with many older sites.
        feeds=(
            DemoFeed(
                feed_id="southern-pass",
                path="/southern-pass/rss.xml",
                language="ru",
                content_type="application/rss+xml",
            ),
        ),
    ),
    DemoOutlet(
        outlet_id="ardic-gundem",
        title="Ardıç Gündem",
        country="tr",
        layout="portal",
        offset=_MOSCOW,
        feeds=(DemoFeed(feed_id="ardic-gundem", path="/ardic-gundem/rss", language="tr", delay=1.5),),
    ),
    DemoOutlet(
        outlet_id="radio-tulip",
        title="Radio Tulip",
        country="az",
        layout="column",
        offset=_YEREVAN,
        feeds=(DemoFeed(feed_id="radio-tulip", path="/radio-tulip/rss.xml", language="en", broken=True),),
    ),
)
