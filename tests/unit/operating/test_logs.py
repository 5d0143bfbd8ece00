"""Log lines for readers and for collectors: ids as fields, secrets in neither."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest

from pipelines.cycles import StepDone
from pipelines.operating.logs import LogFormat, set_up, tell_step
from pipelines.secrets import hide

log = logging.getLogger("pipelines.tested")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("pipelines")
    handlers, level = list(root.handlers), ours.level
    yield
    root.handlers[:] = handlers
    ours.setLevel(level)


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.getLogger("pipelines.steps").makeRecord(
        "pipelines.steps", logging.WARNING, "x.py", 1, message, args, None, extra=more or None
    )
    made.created = 1_780_000_000.25
    return made


def test_a_json_line_holds_words_and_ids(capsys: pytest.CaptureFixture[str]) -> None:
    line = LogFormat(as_json=True, run_id="run-1").format(
        record("%s: %s", "feed_entries", "HTTP 503\n", feed_id="oc-media", step="feed_entries")
    )
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2026-05-28T20:26:40.250+00:00", "level": "warning", "logger": "pipelines.steps",
        "message": "feed_entries: HTTP 503\n", "run_id": "run-1", "step": "feed_entries", "feed_id": "oc-media",
    }  # fmt: skip


def test_a_readers_line_has_its_ids_behind_the_words() -> None:
    line = LogFormat(as_json=False, run_id="0123456789").format(record("A12 went to chat", alert_id=12))
    assert line == "20:26:40 warning A12 went to chat  [alert_id=12 run_id=01234567]"


def test_no_secret_is_in_either_form(capsys: pytest.CaptureFixture[str]) -> None:
    hide({"tok3n-of-the-desk"})
    for as_json in (True, False):
        set_up(as_json=as_json, run_id="r")
        try:
            raise ValueError("https://x/tok3n-of-the-desk")
        except ValueError:
            log.exception("to %s", "tok3n-of-the-desk", extra={"receiver": "chat"})
    told = capsys.readouterr().err
    assert "tok3n" not in told
    assert told.count("to [hidden]") == 2
    first = json.loads(told.splitlines()[0])
    assert first["receiver"] == "chat"
    assert "ValueError" in first["trace"]


def test_set_up_again_takes_the_place_of_what_was(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        set_up(as_json=True)
    log.info("once")
    logging.getLogger("urllib3").info("not ours")
    assert [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()] == ["once"]
    set_up(as_json=False, quiet=True)
    log.info("the reader sees the report")
    assert not capsys.readouterr().err


def test_a_step_is_told_once_with_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(as_json=True)
    tell_step(StepDone(step="alerts", seconds=0.25, counts={"alerts": 2}))
    tell_step(StepDone(step="idle", seconds=0.1))
    tell_step(StepDone(step="stories", seconds=1.0, failed="locked"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["step"] for line in lines] == ["alerts", "stories"]
    assert lines[0]["counts"] == {"alerts": 2}
    assert lines[1]["level"] == "error"
    assert sys.stderr is not None
