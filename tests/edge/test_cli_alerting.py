"""`wirewatch silence`, `alerts ack`, `routes test` and `receivers`: the desk's and the operator's hand on alerts."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.app import app
from storage.store import SqlStore, open_store
from tests.receivers import Answer, Webhook, webhook
from tests.storage.samples import alert, matched

ROUTES = """
version: 1
zone: Asia/Tbilisi
times: {night: {from: "22:00", to: "08:00"}}
receivers: {chat: {url_env: CHAT_URL, fallback: mail}, mail: {url_env: MAIL_URL, style: mail}}
route: {to: mail, routes: [{match: {region: caucasus}, to: chat, hold_in: night}]}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "alert_rules").mkdir()
    (tmp_path / "alert_rules" / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    monkeypatch.setenv("WIREWATCH_DESK", str(tmp_path / "alert_rules"))
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    return tmp_path


@pytest.fixture
def store(desk: Path) -> Iterator[SqlStore]:
    with closing(open_store(f"sqlite:///{desk / 'store.db'}")) as opened:
        yield opened


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    with webhook() as server:
        monkeypatch.setenv("CHAT_URL", server.apprise_url())
        yield server


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="wirewatch")


def test_a_silence_is_added_listed_and_ended(store: SqlStore) -> None:
    added = run("silence", "add", "--rule", "quakes", "--label", "region=caucasus", "--why", "known", "--who", "nino")
    assert added.exit_code == 0
    assert added.stdout.startswith("S1 until ")
    assert added.stdout.endswith(": region=caucasus, rule=quakes\n")
    [row] = [json.loads(line) for line in run("silence", "list", "--json").stdout.splitlines()]
    assert (row["selector"], row["who"], row["swallowed"]) == ({"rule": "quakes", "region": "caucasus"}, "nino", 0)
    assert "S1" in run("silence", "list").stdout
    assert run("silence", "end", "S1").stdout == "S1 is over\n"
    again = run("silence", "end", "S1")
    assert (again.exit_code, again.stderr) == (1, "S1: no such silence, or it is over\n")
    assert run("silence", "list").stdout == "no silences\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--why", "x"), "say what to silence"),
        (("--rule", "r"), "Missing option '--why'"),
        (("--rule", "r", "--why", "x", "--for", "soon"), "--for soon: expected a duration such as 30s, 5m"),
        (("--rule", "r", "--why", "x", "--for", "0h"), "expected more than nothing"),
        (("--rule", "r", "--why", "x", "--for", "999999d"), "at most 3650d"),
        (("--label", "region", "--why", "x"), "expected NAME=VALUE"),
        (("--label", "rule=x", "--why", "x"), "use --rule"),
    ],
)
def test_a_silence_that_cannot_be_says_why(desk: Path, arguments: tuple[str, ...], message: str) -> None:
    answer = run("silence", "add", *arguments)
    assert answer.exit_code == 2
    assert message in answer.stderr


def test_an_alert_is_taken_on_once(store: SqlStore) -> None:
    matched(store)
    [made] = alert(store)
    assert run("alerts", "ack", f"A{made}", "--who", "nino").stdout == f"A{made} is nino's\n"
    assert run("alerts", "ack", str(made)).stdout == f"A{made} was taken on before\n"
    assert "there is no alert A99" in str(run("alerts", "ack", "A99").exception)
    assert run("alerts", "ack", "first").exit_code == 2


def test_routes_tell_who_gets_it_how_and_when(desk: Path) -> None:
    night = run("routes", "test", "region=caucasus", "--at", "03:00")
    assert "held for night until 08:00" in night.stdout
    [row] = [json.loads(line) for line in run("routes", "test", "tag=sport", "--json").stdout.splitlines()]
    assert (row["receiver"], row["due"]) == ("mail", None)
    for wrong in (("region",), ("severity=shrill",), ("--at", "noon")):
        assert run("routes", "test", *wrong).exit_code == 2


def test_a_receiver_is_tried_with_a_real_message_and_what_waited_is_released(hook: Webhook, store: SqlStore) -> None:
    hook.answers["/desk"] = Answer(status=403)
    refused = run("receivers", "test", "chat")
    assert "chat (CHAT_URL): HTTP 403" in str(refused.exception)
    hook.answers.clear()
    assert run("receivers", "test", "chat").stdout == "chat took it\n"
    assert "This is a test of the receiver chat" in hook.requests[-1].json["message"]
    assert "no receiver `chatt` in routes.yaml; did you mean `chat`?" in str(
        run("receivers", "test", "chatt").exception
    )
    listing = run("receivers", "list").stdout
    assert "MAIL_URL (not set)" in listing
    assert hook.url not in listing


def test_an_alert_is_marked_and_noise_becomes_a_test(store: SqlStore) -> None:
    matched(store)
    alert(store)
    assert run("alerts", "mark", "A1", "useful", "--who", "nino").stdout == "A1 is useful to nino\n"
    told = run("alerts", "mark", "1", "noise", "--who", "nino").stdout.splitlines()
    assert told == [
        "A1 is noise to nino",
        "make a test of it: wirewatch rules add-test quakes 1 --expect no_match",
    ]
    [event] = store.desk.events(10)
    assert event.alerts[0].marks == {"noise": ("nino",)}
    assert run("alerts", "mark", "A9", "noise").exit_code == 1
    assert run("alerts", "mark", "A1", "great").exit_code == 2
