"""What a check says in Dagster's UI: an error where somebody may miss an alert, else a warning."""

import pytest
from dagster import AssetCheckSeverity

from pipelines.defs.metadata import told
from pipelines.reports import Check, Report


@pytest.mark.parametrize(("grave", "severity"), [(True, AssetCheckSeverity.ERROR), (False, AssetCheckSeverity.WARN)])
def test_what_may_cost_an_alert_is_an_error(severity: AssetCheckSeverity, *, grave: bool) -> None:
    check = Check(name="sums_close", passed=False, number=2, detail="two are lost: do this", grave=grave)
    (result,) = told(Report(step="alerts", counts={}, checks=(check,)), seconds=0.1).check_results or ()
    assert (result.severity, result.passed, result.description) == (severity, False, "two are lost: do this")
