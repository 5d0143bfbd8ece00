"""The backfill job: what was done is done anew over a stretch of time, first as a dry run."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from dagster import DagsterInstance

from pipelines.definitions import defs
from tests.installation import World, demo_world

RULE = """version: 1
rules:
  - id: convoys
    title: Convoys
    any: [convoy, trucks]
    tests:
      - {article: {title: A convoy of eleven trucks}, expect: match}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The demo's world after a cycle, with a rule that came later."""
    with demo_world(tmp_path_factory.mktemp("backfill")) as found, pytest.MonkeyPatch.context() as patch:
        for name, value in found.environment.items():
            patch.setenv(name, value)
        with found.cycle() as cycle:
            cycle.whole()
        (found.folder / "alert_rules" / "later.yaml").write_text(RULE, encoding="utf-8")
        yield found


def backfill(**asked: object) -> Mapping[str, object]:
    """What the run's page shows."""
    with DagsterInstance.ephemeral() as instance:
        done = defs.resolve_job_def("backfill").execute_in_process(
            run_config={"ops": {"reprocess": {"config": asked}}}, instance=instance, raise_on_error=False
        )
        if not done.success:
            failure = done.failure_data_for_node("reprocess")
            assert failure
            assert failure.user_failure_data
            return {"failed": failure.user_failure_data.description}
        (output,) = (event for event in done.events_for_node("reprocess") if event.is_successful_output)
        return {name: entry.value for name, entry in output.step_output_data.metadata.items()}


def test_a_later_rule_is_run_over_stored_texts_first_to_look(world: World) -> None:
    looked = backfill(what="MATCH", since="48h", until="0m", dry_run=True)
    assert looked["matches new"] >= 3
    assert backfill(what="MATCH", since="48h", dry_run=True)["matches new"] == looked["matches new"], "it wrote"
    assert backfill(what="MATCH", since="48h", dry_run=False)["matches new"] == looked["matches new"]
    assert backfill(what="MATCH", since="48h", dry_run=False)["matches new"] == 0
    with world.cycle() as cycle:
        told = cycle.alerts()
    assert told.counts["alerts"] + told.counts["held"] == looked["matches new"]


def test_of_another_time_there_is_nothing(world: World) -> None:
    until = datetime.now(UTC) - timedelta(hours=1)
    assert backfill(what="MATCH", since="2d", until=f"{until:%Y-%m-%dT%H:%M}", dry_run=False)["texts judged"] == 0


def test_kept_pages_are_read_anew_of_one_outlet_or_of_all(world: World) -> None:
    whole = backfill(what="EXTRACT", since="1h", dry_run=True)
    one = backfill(what="EXTRACT", since="1h", outlet="northern-wire", dry_run=False)
    assert (whole["texts new"], one["texts new"]) == (0, 0)
    assert 0 < one["texts unchanged"] < whole["texts unchanged"]


def test_what_feeds_yaml_says_by_now_makes_new_texts(world: World) -> None:
    feeds = world.folder / "alert_rules" / "feeds.yaml"
    text = feeds.read_text(encoding="utf-8")
    feeds.write_text(text.replace("{id: northern-wire,", "{id: northern-wire, drop: ['p:nth-of-type(2)'],"), "utf-8")
    looked = backfill(what="EXTRACT", since="1h", dry_run=True)
    assert looked["texts new"] >= 1
    assert backfill(what="EXTRACT", since="1h", dry_run=False)["texts new"] == looked["texts new"]
    assert backfill(what="EXTRACT", since="1h", dry_run=True)["texts new"] == 0


def test_stories_are_made_anew_and_nothing_is_told_again(world: World) -> None:
    looked = backfill(what="GROUP", since="1h", dry_run=True)
    assert looked["articles grouped anew"] >= 5
    done = backfill(what="GROUP", since="1h", dry_run=False)
    assert (done["articles moved"], done["stories joined"]) == (0, 0)
    assert backfill(what="GROUP", since="2d", until="1d")["articles grouped anew"] == 0
    with world.cycle() as cycle:
        before = cycle.store.due_work(cycle.clock())
        assert backfill(what="GROUP", since="1h", dry_run=False)["articles grouped anew"] >= 5
        assert cycle.store.due_work(cycle.clock()).backlog == before.backlog


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"since": "yesterday"}, "since: expected 24h, 3d or a time such as 2026-11-30T06:00, not 'yesterday'"),
        ({"since": "1h", "until": "2h"}, "is not before until"),
    ],
)
def test_a_wrong_time_is_refused_in_words(world: World, asked: Mapping[str, object], says: str) -> None:
    assert says in str(backfill(what="MATCH", **asked)["failed"])


def test_the_launchpad_opens_with_a_dry_run() -> None:
    asked = defs.resolve_job_def("backfill").run_config
    assert asked
    assert asked["ops"]["reprocess"]["config"] == {
        "what": "MATCH", "since": "24h", "until": "0m", "outlet": "", "dry_run": True
    }  # fmt: skip
