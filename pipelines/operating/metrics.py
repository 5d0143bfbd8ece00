"""The numbers of an installation as OpenMetrics text, for Prometheus; the one file that imports its client.

Made anew from a snapshot each time: sums live in the database, so a fresh process counts on where the last ended.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from pipelines.cycles import LATENCY_BOUNDS
from pipelines.errors import SettingsError
from pipelines.operating.ills import ills
from pipelines.operating.snapshot import Snapshot

CONTENT_TYPE = CONTENT_TYPE_LATEST
HISTOGRAMS = {
    "found": "From publication, where its time is known, to the entry seen in a feed.",
    "told": "From the entry seen to the message taken by its receiver.",
    "whole": "From publication, where its time is known, to the message taken by its receiver.",
}
STEP_COUNTERS = {
    "steps": ("wirewatch_steps", "Times that a step was done."),
    "problems": ("wirewatch_step_problems", "Items that a step could not finish; the others were."),
    "failed": ("wirewatch_step_failures", "Times that a step as a whole did not end well."),
}


def open_metrics(found: Snapshot) -> str:
    """The numbers as OpenMetrics 1.0 text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(found))
    text: bytes = generate_latest(registry)  # type: ignore[no-untyped-call]  # the client is typed but here
    return text.decode()


def write_metrics(path: Path, text: str) -> None:
    """Put it in place of the file in one go, readable by others: who reads it never sees half; raises SettingsError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".wirewatch-", delete=False) as file:
            file.write(text)
            os.fchmod(file.fileno(), 0o644)
        Path(file.name).replace(path)
    except OSError as error:
        raise SettingsError(f"WIREWATCH_METRICS_FILE: cannot write {path}: {error.strerror}") from error


class _Numbers(Collector):
    def __init__(self, found: Snapshot) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """prometheus_client's call for everything."""
        yield InfoMetricFamily("wirewatch", "The Wirewatch that is installed.", {"version": self._found.version})
        yield from _sums(self._found)
        yield from _gauges(self._found)
        yield from _histograms(self._found)


def _sums(found: Snapshot) -> Iterator[Metric]:
    cycles = found.sums.get(("cycles", ""), 0.0)
    yield CounterMetricFamily("wirewatch_cycles", "Monitoring cycles done.", value=cycles)
    seconds = CounterMetricFamily("wirewatch_step_seconds", "Seconds spent in a step.", labels=["step"], unit="seconds")
    for step, value in _labelled(found, "seconds"):
        seconds.add_metric([step], value)
    yield seconds
    for name, (metric, words) in STEP_COUNTERS.items():
        counter = CounterMetricFamily(metric, words, labels=["step"])
        for step, value in _labelled(found, name):
            counter.add_metric([step], value)
        yield counter
    work = CounterMetricFamily(
        "wirewatch_work", "What steps did: feeds polled, texts new, matches, alerts, sent, ...", labels=["step", "what"]
    )
    for label, value in _labelled(found, "work"):
        step, _, what = label.partition(":")
        work.add_metric([step, what], value)
    yield work


def _gauges(found: Snapshot) -> Iterator[Metric]:
    now, last = found.taken_at, found.last
    ill = sum(one.grave for one in ills(found))
    yield GaugeMetricFamily("wirewatch_ills", "Things that make the installation ill (wirewatch status).", value=ill)
    if last:
        ended, seconds = last.ended_at.timestamp(), last.seconds
        yield GaugeMetricFamily("wirewatch_last_cycle_end_seconds", "When the last cycle ended.", value=ended)
        yield GaugeMetricFamily("wirewatch_last_cycle_duration_seconds", "How long it took.", value=seconds)
    yield _gauge("wirewatch_feeds", "Watched feeds by how they fare.", "state", found.feeds.states)
    yield _gauge("wirewatch_deliveries_unsent", "Deliveries by state; sent ones are none.", "state",
                 {"pending": 0, "held": 0, "dead": 0, **found.backlog.deliveries})  # fmt: skip
    ages = {step: (now - since).total_seconds() for step, since in found.backlog.waiting_since.items()}
    yield _gauge("wirewatch_queue_age_seconds", "Age of the oldest work that a step could do.", "step", ages)
    yield GaugeMetricFamily(
        "wirewatch_troubles", "Troubles that the operator was told of.", value=len(found.backlog.troubles)
    )
    yield GaugeMetricFamily("wirewatch_disk_free_bytes", "Free where the home is.", value=found.space.free)
    yield GaugeMetricFamily("wirewatch_disk_size_bytes", "Size of that disk.", value=found.space.total)
    good = {str(sign.sign): sign.good_at.timestamp() for sign in found.signs.values() if sign.good_at}
    yield _gauge("wirewatch_sign_good_seconds", "When the canary and the heartbeat last came through.", "sign", good)


def _gauge(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        gauge.add_metric([str(key)], value)
    return gauge


def _histograms(found: Snapshot) -> Iterator[Metric]:
    for name, words in HISTOGRAMS.items():
        buckets, total = [], 0.0
        for bound in (*map(str, LATENCY_BOUNDS), "+Inf"):
            total += found.sums.get((name, bound), 0.0)
            buckets.append((bound, total))
        histogram = HistogramMetricFamily(f"wirewatch_{name}_latency_seconds", words)
        histogram.add_metric([], buckets, sum_value=found.sums.get((name, "sum"), 0.0))
        yield histogram


def _labelled(found: Snapshot, name: str) -> Iterator[tuple[str, float]]:
    return ((label, value) for (one, label), value in found.sums.items() if one == name)
