"""What the owners of rules hear: that a saved rule is live and what the edit did, or what is wrong with it and where;
and once a week what rules in the shadow would have told."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.delivery.limits import in_words
from pipelines.delivery.wording import number
from pipelines.desk_files.reading import Fault
from pipelines.notices import Notices
from pipelines.rehearsal.archive import Archive
from pipelines.reports import Report
from pipelines.rules.rule import CompiledRule
from pipelines.states import RuleId, RuleStatus, digest
from pipelines.steps.progress import Budget, Tally

if TYPE_CHECKING:  # loaded only where a rule was edited
    from pipelines.rehearsal.backtest import Backtested, Tried

LOOKED_BACK = timedelta(days=14)
WEEK = timedelta(days=7)
WEEK_BEGINS = timedelta(hours=8)
"""After Monday's midnight in the desk's zone: the report is there when the week's work begins."""
FARTHEST_ZONE = timedelta(hours=14)
"""From UTC."""
TROUBLE = "rules:"
FAULTS_TOLD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A rule that becomes its own last good version, and the version before, where there was one."""

    rule: CompiledRule
    before: CompiledRule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that does not run as it is saved."""

    file: Path
    faults: tuple[Fault, ...]
    keep: tuple[RuleId, ...]
    """Rules of which the last good version runs instead."""
    owner: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a look at the desk's folder changed."""

    folder: Path
    edits: tuple[Edit, ...]
    gone: tuple[RuleId, ...]
    refused: tuple[Refused, ...]


class GoingLive:
    """Tells owners by durable notices; what it tells is a report for the operator, too."""

    def __init__(self, archive: Archive, notices: Notices, zone: Callable[[], str], budget: Budget) -> None:
        """`zone` gives the desk's IANA zone; `budget` is for looking back, after which counts are `at least`."""
        self._archive = archive
        self._notices = notices
        self._zone = zone
        self._budget = budget
        self._tally = Tally("going live")

    def tell(self, news: News) -> None:
        """Tell of edits, once each, and of files that are refused, once for each way in which they are wrong."""
        self._end(news)
        for refused in news.refused:
            self._refuse(news.folder, refused)
        by_owner: defaultdict[str | None, list[Edit]] = defaultdict(list)
        for edit in news.edits:
            by_owner[edit.rule.rule.owner].append(edit)
        counted = _Counted(self._archive, news.edits, self._budget) if news.edits else None
        for owner, edits in by_owner.items():
            lines = [self._sentence(edit, counted) for edit in edits] if counted else []
            self._announce("live", owner, f"{_rules(len(edits))} saved", lines)
        if news.gone:
            lines = [f"{rule_id} is in no file any more; `status: retired` says so on purpose" for rule_id in news.gone]
            self._announce("gone", None, f"{_rules(len(news.gone))} retired", lines)

    def weekly(self, rules: Callable[[], Iterable[CompiledRule]]) -> None:
        """Once a week, what each rule in the shadow would have told."""
        now = self._budget.now()
        anywhere = {_week(now + offset) for offset in (-FARTHEST_ZONE, FARTHEST_ZONE)}
        if len(anywhere) == 1 and self._notices.announced(*anywhere):
            return  # without a look at routes.yaml, which an idle run does not read
        subject = _week(now.astimezone(ZoneInfo(self._zone())))
        if self._notices.announced(subject):
            return
        shadows = [rule for rule in rules() if rule.rule.status is RuleStatus.SHADOW and not rule.rule.volume]
        result = _looked_back(self._archive, shadows, None, now - WEEK, self._budget) if shadows else None
        for owner, lines in _by_owner(result).items():
            self._announce(f"{subject}:", owner, "a week in the shadow", lines)
        self._notices.announce(subject, "told", (), now)

    def report(self) -> tuple[Report, ...]:
        """What was told; nothing where nobody was."""
        report = self._tally.report()
        return (report,) if report.news else ()

    def _announce(self, kind: str, owner: str | None, title: str, lines: Sequence[str]) -> None:
        now = self._budget.now()
        subject = f"{kind}:{owner or ''}:{digest(title, *lines)[:12]}:{now:%Y%m%d%H%M}"
        if self._notices.announce(subject, title, lines, now, owner=owner):
            for line in lines:
                self._tally.news(owner=owner or "operator", told=line)

    def _sentence(self, edit: Edit, counted: "_Counted") -> str:
        clock = self._budget.now().astimezone(ZoneInfo(self._zone()))
        parts = [f"{edit.rule.rule_id} {_standing(edit.rule, f'{clock:%H:%M}')}", *counted.words(edit)]
        if edit.rule.backfill:
            parts.append(f"texts of the last {in_words(edit.rule.backfill)} are looked at too")
        elif edit.rule.rule.status is RuleStatus.LIVE:
            parts.append("nothing older is sent")
        return "; ".join(parts)

    def _refuse(self, folder: Path, refused: Refused) -> None:
        name = _relative(refused.file, folder)
        lines = [
            f"{_relative(fault.path, folder)}:{fault.line}:{fault.column}: {fault.message}"
            for fault in refused.faults[:FAULTS_TOLD]
        ]
        if len(refused.faults) > FAULTS_TOLD:
            lines.append(f"and {len(refused.faults) - FAULTS_TOLD} more: wirewatch rules check")
        kept = ", ".join(sorted(refused.keep))
        lines.append(f"Until this is mended and saved, the last good version runs of: {kept}" if kept else "Mend it.")
        subject, now = f"{TROUBLE}{name} {digest(*lines)[:12]}", self._budget.now()
        for other in self._troubles_of(name) - {subject}:
            self._notices.end(other, "", (), now)
        if self._notices.begin(subject, f"{name} is not live as saved", lines, now, owner=refused.owner):
            self._tally.news(owner=refused.owner or "operator", told=f"{name}: {lines[0]}")

    def _end(self, news: News) -> None:
        """Close the troubles of files that are well; an edit that is told of itself says so itself."""
        wrong = {_relative(refused.file, news.folder) for refused in news.refused}
        told = {_relative(edit.rule.file.path, news.folder) for edit in news.edits}
        for subject in self._notices.open_subjects():
            name = subject.removeprefix(TROUBLE).rpartition(" ")[0]
            if subject.startswith(TROUBLE) and name not in wrong:
                title = "" if name in told else f"{name} is well again"
                self._notices.end(subject, title, ["It runs as saved."], self._budget.now())

    def _troubles_of(self, name: str) -> set[str]:
        return {one for one in self._notices.open_subjects() if one.startswith(f"{TROUBLE}{name} ")}


class _Counted:
    """What edited rules and their versions before would have matched."""

    def __init__(self, archive: Archive, edits: Sequence[Edit], budget: Budget) -> None:
        new = [edit.rule for edit in edits if not edit.rule.rule.volume]
        old = [edit.before for edit in edits if edit.before]
        since = budget.now() - LOOKED_BACK
        result = _looked_back(archive, new, old, since, budget) if new else None
        self._tried = {tried.rule.rule_id: tried for tried in result.rules} if result else {}
        self._least = "at least " if budget.spent else ""

    def words(self, edit: Edit) -> list[str]:
        """`last 14 days 41 matches, 3 new by this edit`."""
        volume = edit.rule.rule.volume
        if volume:
            return [f"it counts what {', '.join(volume.of)} match"]
        tried = self._tried.get(edit.rule.rule_id)
        if tried is None:
            return []
        return [f"last 14 days {self._least}{number(tried.matches.number, 'match')}{self._change(edit, tried)}"]

    def _change(self, edit: Edit, tried: "Tried") -> str:
        if edit.before is None:
            return ""
        changes = [(tried.gained.number, "new"), (tried.lost.number, "fewer")]
        told = " and ".join(f"{count} {word}" for count, word in changes if count)
        return f", {told} by this edit" if told else ", the same as before"


def _looked_back(
    archive: Archive,
    rules: Iterable[CompiledRule],
    before: Iterable[CompiledRule] | None,
    since: datetime,
    budget: Budget,
) -> "Backtested":
    """What the rules would have done since then, as far as time allows."""
    from pipelines.rehearsal.backtest import Backtest

    looking = Backtest(rules, before, since=since, now=budget.now())
    for texts in archive.texts(since):
        looking.take(texts)
        if budget.spent:
            break
    return looking.result()


def _by_owner(result: "Backtested | None") -> Mapping[str | None, list[str]]:
    lines: defaultdict[str | None, list[str]] = defaultdict(list)
    for tried in result.rules if result and result.articles else ():
        matches, alerts = number(tried.matches.number, "match"), number(tried.alerts.total(), "alert")
        lines[tried.rule.owner].append(
            f"{tried.rule.rule_id}: last 7 days {matches}, {alerts} if it were live; "
            f"wirewatch rules backtest {tried.rule.rule_id} --days 7"
        )
    return lines


def _week(moment: datetime) -> str:
    year, week, _ = (moment - WEEK_BEGINS).isocalendar()
    return f"shadow:{year}-{week:02}"


def _standing(rule: CompiledRule, clock: str) -> str:
    match rule.rule.status:
        case RuleStatus.LIVE:
            return f"is live since {clock}"
        case RuleStatus.SHADOW:
            return f"runs in the shadow since {clock} and tells nobody"
        case RuleStatus.DRAFT:
            return "is a draft and tells nobody"
    return "is retired"


def _rules(number: int) -> str:
    return "1 rule is" if number == 1 else f"{number} rules are"


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
