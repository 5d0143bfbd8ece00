"""A step's report as metadata that an operator can read."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from dagster import AssetCheckResult, AssetCheckSeverity, MaterializeResult, MetadataValue, TableRecord

from pipelines.defs.plots import feed_health_plot
from pipelines.reports import Check, Report

ROWS = 50  # of a table in the UI; the store has them all


def told(*reports: Report, seconds: float) -> MaterializeResult[None]:
    """Counts, a table of what was new, a table of what went wrong, seconds; a quiet step keeps it short."""
    metadata: dict[str, MetadataValue] = {"seconds": MetadataValue.float(round(seconds, 2))}
    for report in reports:
        metadata.update({name: MetadataValue.int(count) for name, count in report.counts.items()})
        metadata.update({name: MetadataValue.float(float(number)) for name, number in report.measures.items()})
        metadata.update({name: _picture(name, svg) for name, svg in report.pictures.items()})
        if report.news:
            metadata[f"new in {report.step}"] = _table(report.news)
        if report.problems:
            rows = [{"what": problem.subject, "problem": problem.message} for problem in report.problems]
            metadata[f"problems in {report.step}"] = _table(rows)
        metadata.update({name: _table(rows) for name, rows in report.tables.items() if rows})
        if health := report.tables.get("feed health"):
            metadata["how feeds fare"] = MetadataValue.md(feed_health_plot(health))
        if report.unfinished:
            metadata[f"{report.step} unfinished"] = MetadataValue.text("time was up; the next run goes on")
        metadata.update({check.name: MetadataValue.float(float(check.number)) for check in report.checks})
    checks = [_checked(check) for report in reports for check in report.checks]
    return MaterializeResult(metadata=metadata, check_results=checks)


def _picture(name: str, svg: str) -> MetadataValue:
    """Dagster shows what Markdown shows: a picture by its address, which may hold the picture itself."""
    return MetadataValue.md(f"![{name}](data:image/svg+xml;base64,{b64encode(svg.encode()).decode()})")


def _checked(check: Check) -> AssetCheckResult:
    """An error where somebody may miss an alert by it, else a warning; neither stops the run."""
    return AssetCheckResult(
        check_name=check.name,
        passed=check.passed,
        severity=AssetCheckSeverity.ERROR if check.grave else AssetCheckSeverity.WARN,
        description=check.detail,
        metadata={"number": MetadataValue.float(float(check.number))},
    )


def _table(rows: Sequence[Mapping[str, str]]) -> MetadataValue:
    return MetadataValue.table([TableRecord(dict(row)) for row in rows[:ROWS]])
