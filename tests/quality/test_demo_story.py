"""The demo's story holds: its pages through extraction, grouping and rules give what a reader would expect."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pipelines.dedup.candidates import MemoryIndex
from pipelines.dedup.grouping import group
from pipelines.demo.edition import DemoArticle, second_edition
from pipelines.demo.outlets import OUTLETS
from pipelines.demo.pages import render_article
from pipelines.demo.site import DESK
from pipelines.ingest.extractor import extract
from pipelines.model import Content, FeedEntry
from pipelines.rules.loader import load_rules
from pipelines.rules.matcher import Matcher
from pipelines.states import ArticleId, StoryId

SITE = "http://127.0.0.1:8000"
OPENED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CONVOY = frozenset(
    {
        "northern-wire/medical-convoy",
        "yerevan-ledger/eleven-trucks",
        "valley-courier/aid-column",
        "black-sea-dispatch/insulin-first",
        "harbour-daily/mountain-escort",
    }
)
MATCHES = {
    "lachin-peacekeepers": CONVOY
    | {
        "yerevan-ledger/lachini-mijantsk",
        "southern-pass/lachinskiy-koridor",
        "caspian-morning/lacin-yolu",
        "ardic-gundem/lacin-koridoru",
    },
    "karabakh-diplomacy": {
        "northern-wire/kremlin-call",
        "yerevan-ledger/evening-call",
        "yerevan-ledger/makron-zruyts",
        "southern-pass/zvonok-mishelya",
    },
    "humanitarian-shortages": {"highland-monitor/hospital-insulin", "yerevan-ledger/cold-classrooms"},
}


@dataclass(frozen=True, slots=True)
class Read:
    """An article and what was extracted from its page."""

    article: DemoArticle
    content: Content


@pytest.fixture(scope="module")
def pages() -> Mapping[str, Read]:
    """The second edition's pages, extracted, oldest first."""
    outlets = {outlet.outlet_id: outlet for outlet in OUTLETS}
    found = {}
    for article in reversed(second_edition()):
        outlet = outlets[article.outlet]
        related = [other for other in second_edition() if other.outlet == article.outlet][:3]
        content = extract(
            render_article(outlet, article, related, SITE, OPENED),
            url=SITE + article.path,
            content_type=f"text/html; charset={outlet.charset}",
            entry=FeedEntry(title=article.title, summary=article.summary),
        )
        found[f"{article.outlet}/{article.slug}"] = Read(article, content)
    return found


def test_every_page_gives_its_article_and_no_furniture(pages: Mapping[str, Read]) -> None:
    appeals = {outlet.appeal for outlet in OUTLETS}
    for name, read in pages.items():
        lines = read.content.body.splitlines()
        assert read.content.title == read.article.title, name
        assert [line for line in lines if line in read.article.paragraphs] == list(read.article.paragraphs), name
        assert set(lines) <= {*read.article.paragraphs, read.article.summary, *appeals}, name
        assert read.content.language == read.article.language, name
        assert read.content.published, name
        assert read.content.published.moment == OPENED - read.article.age, name


def test_reprints_are_one_story_and_nothing_else_is(pages: Mapping[str, Read]) -> None:
    index, names = MemoryIndex(), list(pages)
    stories: dict[str, set[str]] = defaultdict(set)
    for number, (name, read) in enumerate(pages.items()):
        answer = group(read.content, index, datetime.min.replace(tzinfo=UTC))
        story = StoryId(number) if answer.story_id is None else answer.story_id
        index.add(ArticleId(number), story, read.content, answer.hashes, None)
        stories[names[story]].add(name)
    assert [members for members in stories.values() if len(members) > 1] == [CONVOY]


def test_the_rules_catch_the_corridor_in_every_language_and_not_the_film(pages: Mapping[str, Read]) -> None:
    matcher = Matcher(load_rules(DESK).rules)
    matches: dict[str, set[str]] = defaultdict(set)
    for name, read in pages.items():
        for judgement in matcher.judge(read.content, None):
            matches[judgement.rule.rule_id].add(name)
    assert matches == MATCHES
    assert "Lachin" in pages["black-sea-dispatch/golden-anchor"].content.body
    assert "Peacekeepers" in pages["black-sea-dispatch/golden-anchor"].content.body
