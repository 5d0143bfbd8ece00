"""What only stored texts show of rules: twins, terms that hit nothing, rules too loud; and what a backtest counts."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pipelines.model import Article, Content, Revision
from pipelines.rehearsal.archive import Archived
from pipelines.rehearsal.archive_lint import LEAST_TEXTS, ArchiveLint
from pipelines.rehearsal.backtest import Backtest
from pipelines.rules.loader import RuleSet
from pipelines.states import ArticleId, RevisionId, StoryId
from tests.storage.samples import NOW, outlet
from tests.unit.rules.authoring import load

RULES = """version: 1
rules:
  - {id: quakes, any: [quake, tremor, temblor]}
  - id: shaking
    terms: {shaking: {any: [quake*]}}
    when: shaking
  - {id: floods, status: draft, any: [flood], limit: {alerts: 1000, per: 1h}}
"""


def texts(number: int, title: str, *, story: int | None = None, backlog: bool = False) -> list[Archived]:
    """So many articles, a minute apart, each a story of its own unless one is given."""
    found = []
    for place in range(1, number + 1):
        article = Article(
            article_id=ArticleId(place),
            url=f"https://tufa.example/{place}",
            link=f"https://tufa.example/{place}",
            outlet=outlet(),
            first_seen_at=NOW - timedelta(minutes=number - place),
            backlog=backlog,
        )
        revision = Revision(
            revision_id=RevisionId(place),
            article=article,
            content=Content(title=title, language="en"),
            extracted_at=article.first_seen_at,
        )
        belongs = StoryId(story or place)
        found.append(Archived(revision=revision, story_id=belongs, event_id=belongs))
    return found


def warnings(rule_set: RuleSet, archived: Sequence[Archived], days: float = 1) -> list[str]:
    looking = ArchiveLint(rule_set.rules, since=NOW - timedelta(days=days), now=NOW)
    looking.take(archived)
    return [f"{fault.line}: {fault.message}" for fault in looking.warnings()]


def test_rules_that_match_the_same_articles_are_named_once(tmp_path: Path) -> None:
    rule_set = load(tmp_path, RULES)
    assert warnings(rule_set, texts(6, "A quake")) == [
        "4: this rule matches the same articles as `quakes`: 6 stored ones"
    ]
    assert warnings(rule_set, texts(4, "A quake")) == []
    assert warnings(rule_set, [*texts(6, "A quake"), *texts(1, "A tremor")]) == []


def test_terms_that_hit_nothing_are_told_once_there_are_texts_enough(tmp_path: Path) -> None:
    rule_set = load(tmp_path, RULES)
    assert warnings(rule_set, texts(LEAST_TEXTS - 1, "The flood"), 100) == []
    assert warnings(rule_set, texts(LEAST_TEXTS, "A tremor"), 100)[0] == (
        "3: 2 of 3 terms of `any` hit nothing in 1000 stored articles: quake, temblor"
    )


def test_a_rule_over_thirty_alerts_a_day_is_loud(tmp_path: Path) -> None:
    rule_set = load(tmp_path, RULES)
    assert warnings(rule_set, texts(31, "The flood")) == [
        "7: 31 alerts a day in stored texts: narrow it, or give it a digest"
    ]
    assert warnings(rule_set, texts(30, "The flood")) == []


def test_a_backtest_tells_a_story_once_within_the_limit(tmp_path: Path) -> None:
    def alerts(archived: Sequence[Archived]) -> list[tuple[int, int]]:
        tried = Backtest(load(tmp_path, RULES).rules, None, since=NOW - timedelta(days=1), now=NOW)
        tried.take(archived)
        return [(one.matches.number, one.alerts.total()) for one in tried.result().rules]

    assert alerts(texts(40, "The flood", story=1))[2] == (40, 1)
    assert alerts(texts(40, "The quake"))[0] == (40, 10)
    assert alerts(texts(3, "The quake", backlog=True))[0] == (3, 3)


def test_what_was_published_before_the_days_counts_for_nothing(tmp_path: Path) -> None:
    tried = Backtest(load(tmp_path, RULES).rules, None, since=NOW, now=NOW + timedelta(days=1))
    tried.take(texts(3, "The quake"))
    assert tried.result().articles == 1
