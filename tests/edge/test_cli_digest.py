"""`wirewatch digest`: a look at what it would say, nothing sent and nothing stored."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli.app import app
from storage.store import open_store

ROUTES = """
version: 1
receivers: {mail: {url_env: M, style: mail, morning: "0 8 * * *"}, chat: {url_env: C}}
route: {to: chat}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A desk without feeds."""
    (tmp_path / "alert_rules").mkdir()
    (tmp_path / "alert_rules" / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    monkeypatch.setenv("WIREWATCH_DESK", str(tmp_path / "alert_rules"))
    monkeypatch.setenv("WIREWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", f"sqlite:///{tmp_path}/wirewatch.db")
    return CliRunner()


def test_a_preview_is_text_json_or_a_page_and_changes_nothing(run: CliRunner, tmp_path: Path) -> None:
    told = run.invoke(app, ["digest", "preview"])
    assert told.exit_code == 0, told.output
    assert "Morning digest" in told.output
    assert "Nothing matched; 0 feeds read, all well." in told.output
    weekly = ["digest", "preview", "--kind", "weekly", "--receiver", "chat", "--json"]
    facts = json.loads(run.invoke(app, weekly).output)
    assert (facts["kind"], facts["receiver"], facts["sums"]["matches"]) == ("weekly", "chat", 0)
    page = tmp_path / "day.html"
    assert run.invoke(app, ["digest", "preview", "--html", str(page)]).exit_code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "no digest was made yet" in run.invoke(app, ["digest", "list"]).output
    store = open_store(f"sqlite:///{tmp_path}/wirewatch.db")
    assert store.digests.under_way() == []
    store.close()


def test_an_unknown_receiver_is_named(run: CliRunner) -> None:
    answer = run.invoke(app, ["digest", "preview", "--receiver", "nobody"])
    assert answer.exit_code != 0
    assert "routes.yaml has no receiver nobody; it has mail, chat" in str(answer.exception)
