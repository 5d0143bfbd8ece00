"""The backfill job: what was done is done anew over a stretch of time; its launchpad says what, when, and how."""

from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum

from dagster import Config, Failure, OpExecutionContext, RunConfig, in_process_executor, job, op
from pydantic import Field

from pipelines.cycle import Cycle
from pipelines.defs.resources import Installation
from pipelines.desk_files.schema import duration
from pipelines.reports import Report
from pipelines.states import OutletId


class What(Enum):
    """What is done anew."""

    EXTRACT = "extract"
    GROUP = "group"
    MATCH = "match"


class Backfill(Config):
    """What the launchpad asks."""

    what: What = Field(
        default=What.MATCH,
        description="extract: read the kept pages anew, by feeds.yaml and the extractor of today (WIREWATCH_KEEP_PAGES "
        "says how far back there are any). group: put the articles of stories that began then, two weeks back at most, "
        "into stories as today's grouping would; what the desk split or merged stays, ids stay good, and nothing is "
        "told again. match: run today's rules over stored texts; new matches are decided by the next monitor run as "
        "any others are, and what is old by then is held or told as late.",
    )
    since: str = Field(
        default="24h", description="From when on: 90m, 24h or 3d ago, or a time such as 2026-11-30T06:00 (UTC)."
    )
    until: str = Field(default="0m", description="Before when, told likewise; 0m is now.")
    outlet: str = Field(
        default="", description="For extract: the outlet's id in feeds.yaml; all outlets where it is empty."
    )
    dry_run: bool = Field(default=True, description="Only look: says what would be new, and writes nothing.")


@op(description="Does it, and tells what was new, or with dry_run what would be.")
def reprocess(context: OpExecutionContext, config: Backfill, installation: Installation) -> None:
    """Do one thing anew over a stretch of time."""
    now = datetime.now(UTC)
    since, until = _moment("since", config.since, now), _moment("until", config.until, now)
    if since >= until:
        raise Failure(
            f"since ({since:%Y-%m-%d %H:%M} UTC) is not before until ({until:%Y-%m-%d %H:%M} UTC)", allow_retries=False
        )

    def do(cycle: Cycle) -> Report:
        if config.what is What.EXTRACT:
            outlet = OutletId(config.outlet) if config.outlet else None
            done = cycle.again.articles(outlet, since, until, dry_run=config.dry_run)
        elif config.what is What.GROUP:
            done = cycle.again.stories(since, until, dry_run=config.dry_run)
        else:
            done = cycle.again.matches(since, until, dry_run=config.dry_run)
        counts = ", ".join(f"{count} {name}" for name, count in done.counts.items() if count) or "nothing found"
        context.log.info("dry run, nothing was written: %s" if config.dry_run else "%s", counts)
        return done

    context.add_output_metadata(dict(installation.perform(do).metadata or {}))


def _moment(name: str, said: str, now: datetime) -> datetime:
    """A time ago, or a moment; raises Failure, which the run shows."""
    with suppress(ValueError):
        return now - duration(said)
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise Failure(
            f"{name}: expected 24h, 3d or a time such as 2026-11-30T06:00, not {said!r}", allow_retries=False
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@job(
    executor_def=in_process_executor,
    config=RunConfig(ops={"reprocess": Backfill()}),
    description="Backfill: read kept pages, group articles, or run the rules, anew over a stretch of time. In the "
    "launchpad say what and since when, and try it with dry_run first.",
)
def backfill() -> None:
    """One op, so that the launchpad is one form."""
    reprocess()
