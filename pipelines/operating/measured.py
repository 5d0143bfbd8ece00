"""Writes the installation's numbers where Prometheus finds them, at the end of each cycle."""

from datetime import UTC, datetime

from pipelines.config import Settings
from pipelines.store import Store


def write_after_cycle(settings: Settings, store: Store) -> None:
    """Write them, where a file is named for it; raises SettingsError."""
    if settings.metrics_file is not None:
        from pipelines.operating.metrics import open_metrics, write_metrics
        from pipelines.operating.snapshot import take

        write_metrics(settings.metrics_file, open_metrics(take(store, settings, datetime.now(UTC))))
