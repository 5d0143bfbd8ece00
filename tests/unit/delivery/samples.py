"""Invented articles, rules and alerts for the tests of what the desk is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.alerts import Alert, AlertDetail, Carrier
from pipelines.model import Article, Content, Hit, Judgement, Match, Outlet, Published, Revision, Rule
from pipelines.states import (
    AlertId,
    AlertReason,
    ArticleId,
    Field,
    MatchId,
    Outcome,
    OutletId,
    RevisionId,
    RuleId,
    RuleVersion,
    Severity,
    StoryId,
)

NOW = datetime(2026, 11, 22, 16, 45, tzinfo=UTC)
OUTLET = Outlet(outlet_id=OutletId("a.example"), title="Outlet A")
RULE = Rule(
    rule_id=RuleId("peacekeepers"),
    version=RuleVersion("v1"),
    title="Peacekeepers and the Lachin corridor",
    severity=Severity.HIGH,
)
ARTICLE = Article(
    article_id=ArticleId(9),
    url="https://a.example/001",
    link="https://a.example/001",
    outlet=OUTLET,
    first_seen_at=NOW - timedelta(minutes=1),
)
CONTENT = Content(
    title="Armenia urges action over the corridor",
    body=(
        "The road has been closed for weeks. A peacekeeper stood at the activists' camp in the Lachin corridor. "
        "Nobody was let through."
    ),
    language="en",
    published=Published(moment=NOW - timedelta(minutes=4)),
)


def hits(content: Content, **groups: str) -> tuple[Hit, ...]:
    """The first place of each group's word, in the body where it is there, else in lead or title."""
    found = []
    for group, word in groups.items():
        texts = {Field.BODY: content.body, Field.LEAD: content.lead, Field.TITLE: content.title}
        field = next(field for field, text in texts.items() if word in text)
        start = texts[field].index(word)
        found.append(Hit(group=group, field=field, start=start, end=start + len(word), text=word))
    return tuple(found)


def match(
    *,
    content: Content = CONTENT,
    rule: Rule = RULE,
    article: Article = ARTICLE,
    found: tuple[Hit, ...] | None = None,
    clause: str = "any and and_any",
) -> Match:
    """A stored match of `rule` in story 7."""
    found = hits(content, any="Lachin", and_any="peacekeeper") if found is None else found
    return Match(
        match_id=MatchId(3),
        revision=Revision(revision_id=RevisionId(5), article=article, content=content, extracted_at=NOW),
        judgement=Judgement(rule=rule, outcome=Outcome.MATCH, hits=found, clause=clause),
        story_id=StoryId(7),
        matched_at=NOW,
    )


def carrier(name: str, title: str = "", link: str = "") -> Carrier:
    """An outlet that prints the story."""
    outlet = Outlet(outlet_id=OutletId(f"{name.lower()}.example"), title=f"Outlet {name}")
    return Carrier(
        outlet=outlet, title=title or f"Headline of {name}", link=link or f"https://{name.lower()}.example/1"
    )


def detail(of: Match | None = None, carriers: tuple[Carrier, ...] = ()) -> AlertDetail:
    """An alert about a match, carried by the article's own outlet and `carriers`."""
    of = match() if of is None else of
    article = of.revision.article
    own = Carrier(outlet=article.outlet, title=of.revision.content.title, link=article.link)
    alert = Alert(
        alert_id=AlertId(412),
        subject="story:7",
        sequence=1,
        reason=AlertReason.FIRST,
        created_at=NOW,
    )
    return AlertDetail(alert=alert, match=of, carriers=(own, *carriers))


def article(**changes: Any) -> Article:
    """ARTICLE with changes."""
    return replace(ARTICLE, **changes)


def content(**changes: Any) -> Content:
    """CONTENT with changes."""
    return replace(CONTENT, **changes)


def rule(**changes: Any) -> Rule:
    """RULE with changes."""
    return replace(RULE, **changes)
