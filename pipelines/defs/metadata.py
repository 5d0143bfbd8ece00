"""A step's report as metadata that an operator can read."""

from collections.abc import Mapping, Sequence

from dagster import MaterializeResult, MetadataValue, TableRecord

from pipelines.model import Report

ROWS = 50  # of a table in the UI; the store has them all


def told(*reports: Report, seconds: float) -> MaterializeResult[None]:
    """Counts, a table of what was new, a table of what went wrong, seconds; a quiet step keeps it short."""
    metadata: dict[str, MetadataValue] = {"seconds": MetadataValue.float(round(seconds, 2))}
    for report in reports:
        metadata.update({name: MetadataValue.int(count) for name, count in report.counts.items()})
        if report.news:
            metadata[f"new in {report.step}"] = _table(report.news)
        if report.problems:
            rows = [{"what": problem.subject, "problem": problem.message} for problem in report.problems]
            metadata[f"problems in {report.step}"] = _table(rows)
        if report.unfinished:
            metadata[f"{report.step} unfinished"] = MetadataValue.text("time was up; the next run goes on")
    return MaterializeResult(metadata=metadata)


def _table(rows: Sequence[Mapping[str, str]]) -> MetadataValue:
    return MetadataValue.table([TableRecord(dict(row)) for row in rows[:ROWS]])
