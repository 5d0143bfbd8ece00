"""Asset checks of the desk's rule files: one a file, and one for all of them; no decision is made here."""

import os
from collections.abc import Iterator
from pathlib import Path

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    multi_asset_check,
)

from pipelines.config import load_settings
from pipelines.defs.resources import Installation
from pipelines.errors import SettingsError
from pipelines.rule_files import EVERY_FILE, questions


def rule_file_checks() -> AssetChecksDefinition:
    """The checks of the files that are there when the code is loaded; the job of its own asks when one was saved.

    In the monitor job they were 8 of 20 checks, and an eighth of what an idle run took: each is two records. A file
    that came since is seen in the check of all files, and has its own once the UI has loaded the code again.
    """
    asked = (*_questions(), (EVERY_FILE, "every rule file"))
    specs = [AssetCheckSpec(name, asset="matches", description=f"Faults and tests of {file}.") for name, file in asked]

    @multi_asset_check(name="rule_files", specs=specs, can_subset=True)
    def rule_files(context: AssetCheckExecutionContext, installation: Installation) -> Iterator[AssetCheckResult]:
        """Whether each rule file is as it should be."""
        wanted = {key.name for key in context.selected_asset_check_keys}
        for check in installation.rule_files():
            if check.name in wanted:
                yield AssetCheckResult(
                    asset_key="matches",
                    check_name=check.name,
                    passed=check.passed,
                    severity=AssetCheckSeverity.ERROR,
                    description=check.detail,
                    metadata={"faults": int(check.number)},
                )

    return rule_files


def _questions() -> tuple[tuple[str, str], ...]:
    """None where no desk is named yet: the code must load all the same."""
    try:
        return questions(load_settings(os.environ, Path.cwd()).desk)
    except SettingsError:
        return ()
