"""From what a rule's record says of story, limit, volume and sequences to what decisions are made by."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from pipelines.about import About
from pipelines.desk_files.reading import DeskFile, Fault
from pipelines.model import Content
from pipelines.policy import Condition, Limit, StoryLife, Volume
from pipelines.rules.conditions import parse_condition
from pipelines.rules.life_schema import ArticleRecord, StepRecord
from pipelines.rules.rule import SequenceTest, Step
from pipelines.rules.schema import RuleRecord
from pipelines.states import RuleId, TextSource

Loc = tuple[str | int, ...]


def story_life(file: DeskFile, loc: Loc, record: RuleRecord, groups: Collection[str]) -> tuple[StoryLife, list[Fault]]:
    """The story clause of the rule at `loc`, without the conditions that have a fault."""
    conditions: list[Condition] = []
    faults = []
    for number, text in enumerate(record.story.again_when):
        condition, wrong = parse_condition(text, groups)
        conditions += [condition] if condition else []
        if wrong:
            offset, message = wrong
            place = file.place_in((*loc, "story", "again_when", number), offset)
            faults.append(Fault(file.path, *place, message))
    life = StoryLife(
        once_per=record.story.once_per,
        again_when=tuple(dict.fromkeys(conditions)),
        afresh_after=record.story.alert_afresh_after,
    )
    return life, faults


def limit(record: RuleRecord) -> Limit:
    """The limit clause."""
    return Limit(alerts=record.limit.alerts, per=record.limit.per)


def volume(record: RuleRecord) -> Volume | None:
    """The volume clause, not yet joined to the rules that it names."""
    written = record.volume
    if written is None:
        return None
    wanted = Volume(
        of=tuple(RuleId(name) for name in dict.fromkeys(written.of)),
        count=written.count,
        window=written.window,
        at_least=written.at_least,
        at_most=written.at_most,
        times_usual=written.times_usual,
    )
    return wanted if written.baseline is None else replace(wanted, baseline=written.baseline)


def sequences(record: RuleRecord) -> tuple[SequenceTest, ...]:
    """The tests that are sequences."""
    return tuple(
        SequenceTest(number, test.name, tuple(map(_step, test.sequence)))
        for number, test in enumerate(record.tests)
        if test.sequence
    )


def misplaced(file: DeskFile, loc: Loc, record: RuleRecord) -> Iterator[Fault]:
    """Tests that do not fit the kind of rule, and steps that go back in time."""
    for number, test in enumerate(record.tests):
        here = (*loc, "tests", number)
        if test.article is not None and record.volume:
            yield file.fault(
                (*here, "article"), "a volume is tested by a `sequence`: one article is no volume", key=True
            )
        for index, step in enumerate(test.sequence):
            place = (*here, "sequence", index)
            if index and step.at < test.sequence[index - 1].at:
                yield file.fault((*place, "at"), "this step is earlier than the one before it")
            if step.article is None and step.silence is None and not record.volume:
                yield file.fault(place, "a step has either `article` with `expect`, or `silence` with `until`")


def content_of(article: ArticleRecord, text_source: TextSource = TextSource.PAGE) -> Content:
    """The invented article as the matcher takes it."""
    return Content(
        title=article.title,
        lead=article.lead,
        body=article.body,
        language=article.lang,
        authors=(article.author,) if article.author else (),
        text_source=text_source,
        about=About(url=article.url, source=article.source or "", tags=article.tags or frozenset()),
    )


def _step(record: StepRecord) -> Step:
    article = record.article
    return Step(
        at=record.at,
        content=content_of(article) if article else None,
        tags=article.tags if article else None,
        source=record.source or (article.source if article else None),
        story=record.story,
        event=record.event,
        expect=record.expect or "",
        reason=record.reason,
        silence=record.silence,
        until=record.until,
    )
