"""The whole way of one article in plain words, and what to change."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.delivery.languages import language_name
from pipelines.delivery.limits import in_words
from pipelines.delivery.wording import cut
from pipelines.states import DeliveryState, Outcome, RuleId, RuleStatus, StoryId, TextSource

if TYPE_CHECKING:
    from pipelines.alerts import Delivery
    from pipelines.model import Rule
    from pipelines.rules.rule import CompiledRule
    from storage.journal import FeedRow, RuleAnswer
    from storage.store import SqlStore
    from storage.story_desk import StoryView
    from storage.ways import Way

Line = tuple[str, str]
"""What it is about, and what is to be said of it."""


def way_in_words(store: "SqlStore", desk: Path, article: str, only: Sequence[str] = ()) -> tuple[Line, ...]:
    """The whole way of the article of that number or address, a line a fact; of one that never came, why perhaps.

    `desk` is the folder of the rules that are asked; with `only`, these rules alone.
    """
    from pipelines.ingest.urls import spellings

    way = store.ways.find(spellings(article))
    return tuple(_came(store, desk, way, only) if way else _never_came(store.journal.feeds(), article))


def _came(store: "SqlStore", desk: Path, way: "Way", only: Sequence[str]) -> Iterator[Line]:
    row = way.row
    yield "article", f"{row.article.article_id} · {cut(row.title, 120) or 'untitled'} · {row.article.link}"
    yield from _brought(way)
    yield from _text(way)
    if row.member is None:
        yield "story", "not grouped yet: the next run does it" if way.extracted_at else "none: it has no text yet"
    else:
        yield from _story(store.story_desk.show(StoryId(row.member.story_id)), way)
    yield from _rules(store, desk, way, only)


def _brought(way: "Way") -> Iterator[Line]:
    for one in way.brought:
        before = ", in the feed before the watch began: it raises no alert; `backfill` changes that"
        yield "feed", f"{one.feed_id} had it at {_at(one.at)}{before if one.backlog else ''}"
    if not way.brought:
        yield "feed", "none of those watched today had it"


def _text(way: "Way") -> Iterator[Line]:
    row = way.row
    if way.extracted_at is None:
        yield "text", f"none yet; {_again(way)}"
        return
    kind = "whole" if row.text_source is TextSource.PAGE else "headline only"
    language = language_name(row.language) if row.language else "language not known"
    versions = f", {row.texts} versions" if row.texts > 1 else ""
    yield "text", f"{kind}, {language}, read at {_at(way.extracted_at)}{versions}"
    if way.forgotten_at is not None:
        yield "text", f"no longer kept since {_at(way.forgotten_at)}: nobody was told of it (WIREWATCH_KEEP_TEXTS)"
    if row.text_source is not TextSource.PAGE or way.page_error:
        yield "page", f"{way.page_error or 'its text was not found'}; {_again(way)}"
    for at, kind_of_change, reason in way.changes:
        yield str(kind_of_change).replace("_", " "), f"{reason}, seen at {_at(at)}"


def _again(way: "Way") -> str:
    if way.due_at is None:
        return f"given up after {way.attempts} tries" if way.attempts else "not tried again"
    return f"tried again at {_at(way.due_at)}"


def _story(view: "StoryView", way: "Way") -> Iterator[Line]:
    member = way.row.member
    others = len(view.members) - 1
    if way.row.reprint_of is not None and member is not None:
        first = way.row.reprint_of
        alike = f"{member.similarity:.0%} alike, {member.reason}"
        yield "story", f"{view.story_id}, as a reprint of {first.link} ({first.outlet.title}): {alike}"
    else:
        yield (
            "story",
            f"{view.story_id}, its first article; {others} more print it"
            if others
            else (f"{view.story_id}, alone: no text of the last days is like it"),
        )
    for one in view.related:
        yield "event", f"perhaps the same: story {one.story_id}, {cut(one.title, 90)} ({one.outlet}): {one.reason}"
    for edit in view.edits:
        yield "by hand", f"{edit.kind} by {edit.who} at {_at(edit.made_at)}: {edit.why}"


def _rules(store: "SqlStore", desk: Path, way: "Way", only: Sequence[str]) -> Iterator[Line]:
    """Stored answers first, then those rules that said nothing, the nearest first."""
    answers = [one for one in way.row.answers if not only or one.rule_id in only]
    for answer in answers:
        yield from _answer(answer, way)
    if way.extracted_at is not None and way.matched_at is None:
        yield "rules", "they have not looked at its latest text yet: the next run does it"
    told = {answer.rule_id for answer in answers if answer.outcome is Outcome.MATCH}
    yield from _misses(store, desk, way, only, told)


def _misses(store: "SqlStore", desk: Path, way: "Way", only: Sequence[str], told: set[RuleId]) -> Iterator[Line]:
    from pipelines.rules.explain import Explainer, reasons
    from pipelines.rules.loader import load_rules

    archived = store.archive.find(str(way.row.article.article_id))
    if archived is None:
        return
    content, tags, rule_set = archived.revision.searched, archived.revision.article.tags, load_rules(desk)
    rules = [rule for rule in rule_set.rules if _is_asked(rule, only, told)]
    answers = [(Explainer(rule).explain(content, tags), rule) for rule in rules]
    for told_why, rule in sorted(answers, key=lambda one: one[0].distance):
        word = "no match" if told_why.outcome is not Outcome.MATCH else _why_not_then(rule.rule)
        yield f"rule {rule.rule_id}", f"{word}: {'; '.join(reasons(rule.rule, told_why))}"


def _why_not_then(rule: "Rule") -> str:
    runs = rule.status in {RuleStatus.LIVE, RuleStatus.SHADOW}
    return "would match now, but did not then: edited since?" if runs else "would match"


def _is_asked(rule: "CompiledRule", only: Sequence[str], told: set[RuleId]) -> bool:
    return not rule.rule.volume and rule.rule_id not in told and (not only or rule.rule_id in only)


def _answer(answer: "RuleAnswer", way: "Way") -> Iterator[Line]:
    about = f"rule {answer.rule_id}"
    if answer.outcome is Outcome.PARTIAL:
        yield about, f"not yet: more of the text may decide; {_again(way)}"
        return
    told = f"match, told in alert A{answer.alert_id} ({answer.alert_reason})" if answer.alert_id else "match, not told"
    yield about, "; ".join([told, *(f"{one.kind}: {one.reason}{_change(one.name)}" for one in answer.verdicts)])
    if answer.alert_id is not None:
        for one in way.deliveries.get(answer.alert_id, ()):
            yield f"  to {one.receiver}", _delivery(one)
        if not way.deliveries.get(answer.alert_id):
            yield "  to nobody", "no route has a receiver for it: `wirewatch routes test` shows the way"
    elif not answer.verdicts:
        yield about, "the next run decides whether it is told"


_CHANGES = {
    "status": "set `status: live` to be told",
    "backlog": "give the feed `backfill` to hear of what it had before",
    "age": "raise `max_age` in the rule's scope to be told",
    "once_per": "`again_when` in the rule says when to be told again",
    "silence": "`wirewatch silence end` ends it",
    "limit": "raise the rule's `limit` to be told one by one",
}


def _change(name: str) -> str:
    advice = _CHANGES.get(name)
    return f" ({advice})" if advice else ""


def _delivery(one: "Delivery") -> str:
    if one.state is DeliveryState.SENT and one.sent_at:
        return f"sent at {_at(one.sent_at)}"
    error = f": {one.error}" if one.error else ""
    reason = f", {one.reason}" if one.reason else ""
    if one.state is DeliveryState.DEAD:
        return f"given up after {one.attempts} tries{error}; `wirewatch outbox retry {one.delivery_id}` tries again"
    return f"{one.state}{reason}, due at {_at(one.due_at)}, {one.attempts} tries so far{error}"


def _never_came(feeds: "Sequence[FeedRow]", name: str) -> Iterator[Line]:
    """Which feed would have brought it, and how that fares."""
    from pipelines.ingest.urls import is_address, registrable_domain

    if not is_address(name):
        yield "article", f"{name} is no number of a stored article; give an address"
        return
    domain = registrable_domain(name)
    yield "article", f"never came: no watched feed had {name}"
    own = [row for row in feeds if domain in {registrable_domain(row.feed.url), _outlet(row)}]
    if not own:
        site = "/".join(name.split("/", 3)[:3])
        yield "feed", f"none of {len(feeds)} watched feeds is of {domain}: `wirewatch feeds add {site}` looks for one"
    for row in own:
        yield f"feed {row.feed.feed_id}", _fares(row)
    if own:
        yield "try", f"`wirewatch try {name}` says what the rules make of it"


def _outlet(row: "FeedRow") -> str:
    return str(row.feed.outlet.outlet_id) if row.feed.outlet else ""


def _fares(row: "FeedRow") -> str:
    state = row.state
    if state.error:
        return f"would have carried it, but fails since {state.failures} polls: {state.error}"
    if state.succeeded_at is None:
        return "would have carried it, but was never polled yet: `wirewatch run` polls it"
    newest = f"its newest entry came at {_at(state.new_at)}" if state.new_at else "it never had a new entry"
    every = in_words(row.feed.every)
    return (
        f"would have carried it; read well at {_at(state.succeeded_at)}, {newest}; the outlet may not list this page "
        f"there, or listed it for less than {every}: watch a fuller feed or its sitemap, or shorten `every`"
    )


def _at(moment: datetime) -> str:
    return f"{moment:%d %b %H:%M} UTC"
