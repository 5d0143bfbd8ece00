"""The Dagster resource through which assets reach the installation."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext, MaterializeResult
from pydantic import PrivateAttr

from pipelines.config import load_settings
from pipelines.cycle import Cycle, open_cycle
from pipelines.defs.metadata import told
from pipelines.reports import Check, Report


class Installation(ConfigurableResource[None]):
    """Store, fetcher and notifier of the installation that the environment names.

    It has no configuration of its own, so that no address or password can reach the Dagster UI. What it opens serves
    all steps that a process does: workers that have read a run's feeds go on to its pages.
    """

    _opened: ExitStack = PrivateAttr(default_factory=ExitStack)
    _cycle: Cycle | None = PrivateAttr(default=None)
    _run_id: str | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Dagster's call at the beginning of the run, or of a step that has a process of its own."""
        self._run_id = context.run.run_id if context.run else None

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Dagster's call at the end of the run, or of a step that has a process of its own."""
        self._cycle = None
        self._opened.close()

    def rule_files(self) -> tuple[Check, ...]:
        """How each rule file of the installation's desk fares."""
        from pipelines.rule_files import check_rule_files

        settings = load_settings(os.environ, Path.cwd())
        return check_rule_files(settings.desk, settings.compiled_rules)

    def perform(self, step: Callable[[Cycle], Report | tuple[Report, ...]]) -> MaterializeResult[None]:
        """Do one step over the installation, and tell the operator what it did and how long it took."""
        began = time.monotonic()
        if self._cycle is None:
            self._cycle = self._opened.enter_context(open_cycle(os.environ, Path.cwd(), self._run_id))
        report = step(self._cycle)
        reports = report if isinstance(report, tuple) else (report,)
        return told(*reports, seconds=time.monotonic() - began)
