"""Gathering by several workers at once: an asset a shard of hosts, and what runs them side by side."""

import os

from dagster import (
    AssetsDefinition,
    Backoff,
    ExecutorDefinition,
    MaterializeResult,
    RetryPolicy,
    asset,
    multiprocess_executor,
)

from pipelines.cycle import Cycle
from pipelines.defs.assets import OWNERS
from pipelines.defs.resources import Installation
from pipelines.shards import Shard

BROKER = "WIREWATCH_CELERY_BROKER"
"""The variable that holds the address of Celery's broker, which is its result backend too."""
REDELIVERED_AFTER = 90
"""Seconds after which Redis gives a step to another worker where the first has not said that it is done: a shard takes
new work for 34 s, and a run is ended after 180 (MAX_RUN)."""


def shard_assets(shards: int) -> list[AssetsDefinition]:
    """One asset a shard; each polls the shard's due feeds and extracts its due pages. None for one shard alone."""
    return [_shard_asset(Shard(number, shards)) for number in range(shards if shards > 1 else 0)]


def executor() -> ExecutorDefinition:
    """Celery's workers where a broker is named, else a process for each shard."""
    return celery() if os.environ.get(BROKER) else multiprocess_executor


def celery() -> ExecutorDefinition:
    """Celery's executor. A step is acknowledged when it is done: what a worker that died had is done by another."""
    from dagster_celery import celery_executor

    late = {
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "broker_transport_options": {"visibility_timeout": REDELIVERED_AFTER, "unacked_restore_throttle": 1},
    }
    return celery_executor.configured(
        {"broker": {"env": BROKER}, "backend": {"env": BROKER}, "config_source": late}, name="celery"
    )


def _shard_asset(shard: Shard) -> AssetsDefinition:
    @asset(
        name=f"shard_{shard.number}",
        group_name="gathering",
        kinds={"rss", "html"},
        owners=OWNERS,
        retry_policy=RetryPolicy(max_retries=2, delay=2, backoff=Backoff.EXPONENTIAL),
        description=f"Entries and texts of the hosts of shard {shard.number} of {shard.of}: polls their due feeds, "
        "fetches and extracts their due pages.",
    )
    def gathered(installation: Installation) -> MaterializeResult[None]:
        done = installation.perform(lambda cycle: Cycle.gather(cycle, shard))
        return MaterializeResult(metadata=done.metadata)  # the checks are those of other assets; their numbers are here

    return gathered
