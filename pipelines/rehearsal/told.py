"""What a desk would know of its matches and alerts, kept in memory: for rehearsals, where the store knows it else."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.alerts import Known, Silence
from pipelines.delivery import dispatch
from pipelines.model import Match
from pipelines.states import AlertId, ArticleId, RuleId

_Key = tuple[RuleId, str]


@dataclass(slots=True)
class _Subject:
    """What one rule told about one story or article."""

    told_in: AlertId | None = None
    sources: int = 0
    groups: set[str] = field(default_factory=set)
    originals: dict[ArticleId, Match] = field(default_factory=dict)
    """By article, as it was last told."""
    last_match_at: datetime | None = None


class Book:
    """Matches decided one after the other, as dispatch decides, each knowing of those before it."""

    def __init__(self, *, articles_return: bool = True) -> None:
        """`articles_return` says whether an article may come again, changed: else no text is kept."""
        self._articles_return = articles_return
        self._subjects: defaultdict[_Key, _Subject] = defaultdict(_Subject)
        self._recent: defaultdict[RuleId, deque[datetime]] = defaultdict(deque)
        self._alerts = 0

    def decide(
        self, match: Match, now: datetime, *, sources: int = 1, silences: Sequence[Silence] = ()
    ) -> dispatch.Decision:
        """What becomes of `match`; `sources` are the independent texts that report its event so far."""
        rule = match.judgement.rule
        subject = self._subjects[rule.rule_id, dispatch.subject_of(match)]
        decision = dispatch.decide(match, self._known(match, subject, now, sources, silences), now)
        subject.last_match_at = match.matched_at
        tell = dispatch.told(decision)
        if tell:
            self._tell(match, tell, subject, now, sources)
        return decision

    def _known(
        self, match: Match, subject: _Subject, now: datetime, sources: int, silences: Sequence[Silence]
    ) -> Known:
        rule = match.judgement.rule
        recent = self._recent[rule.rule_id]
        while recent and recent[0] <= now - rule.limit.per:
            recent.popleft()
        return Known(
            told_in=subject.told_in,
            told_sources=subject.sources,
            told_groups=frozenset(subject.groups),
            original=subject.originals.get(match.revision.article.article_id),
            last_match_at=subject.last_match_at,
            sources=sources,
            recent=tuple(recent),
            silences=tuple(silences),
        )

    def _tell(self, match: Match, tell: dispatch.Tell, subject: _Subject, now: datetime, sources: int) -> None:
        self._alerts += 1
        subject.told_in, subject.sources = AlertId(self._alerts), sources
        subject.groups.update(hit.group for hit in match.judgement.hits)
        if self._articles_return:
            subject.originals[match.revision.article.article_id] = match
        if tell.reason not in dispatch.PAST_ALL and tell.summary is None:
            self._recent[match.judgement.rule.rule_id].append(now)
