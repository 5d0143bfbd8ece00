"""`wirewatch alerts preview`: with a desk and without one, of a sample and of what is stored."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli.alerts_preview import KINDS, SERVICES
from pipelines.cli.app import app
from pipelines.delivery.preview import FORMATS
from pipelines.delivery.samples import SAMPLES
from storage.store import open_store
from tests.storage.samples import alert, matched

ROUTES = "version: 1\nzone: Asia/Tbilisi\nreceivers: {chat: {url_env: CHAT_URL}}\nroute: {to: chat}\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["alerts", "preview", *arguments], prog_name="wirewatch")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "alert_rules"
    folder.mkdir()
    (folder / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    monkeypatch.setenv("WIREWATCH_DESK", str(folder))
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
    return folder


def test_the_choices_are_those_there_are() -> None:
    assert set(SERVICES) == set(FORMATS)
    assert set(KINDS) == set(SAMPLES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_needs_no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for name in ("WIREWATCH_DESK", "WIREWATCH_HOME", "WIREWATCH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    answer = run("--sample", kind, "--json")
    assert answer.exit_code == 0, answer.output
    rows = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [row["service"] for row in rows] == list(SERVICES)
    assert all(post["text"] for row in rows for post in row["posts"])
    assert answer.stdout.count("A4") + answer.stdout.count("30 alerts") > 8
    assert list(tmp_path.iterdir()) == []


def test_a_person_sees_each_format_under_its_name(desk: Path) -> None:
    shown = run().stdout
    assert all(f"── {service}" in shown for service in SERVICES)
    assert "found" in shown
    assert "Tbilisi" in shown
    one = run("--service", "sms", "--sample", "long").stdout
    assert "── sms 1 of 3" in one
    assert "slack" not in one


def test_a_stored_alert_is_shown_with_its_link_to_the_page(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_store(f"sqlite:///{desk.parent / 'store.db'}")) as store:
        matched(store)
        [alert_id] = alert(store)
    monkeypatch.setenv("WIREWATCH_HOME", str(desk.parent / "home"))
    monkeypatch.setenv("WIREWATCH_DESK_URL", "https://desk.example")
    shown = run(f"A{alert_id}", "--service", "telegram").stdout
    assert f'<a href="https://desk.example/A{alert_id}?key=' in shown
    assert "https://tufa.example/" in shown


@pytest.mark.parametrize(
    ("words", "says"), [(("A99",), "A99 is no alert"), (("x",), "x is no alert"), (("--service", "fax"), "fax")]
)
def test_what_is_not_there_is_named(desk: Path, words: tuple[str, ...], says: str) -> None:
    answer = run(*words)
    assert answer.exit_code == 2
    assert says in answer.stderr


def test_a_desks_templates_are_used_and_what_is_wrong_with_them_is_said(desk: Path, tmp_path: Path) -> None:
    (desk / "templates").mkdir()
    (desk / "templates" / "chat.txt").write_text("NEWS {{ view.headline.bold }}\n", encoding="utf-8")
    assert "NEWS **Armenia urges" in run("--service", "discord").stdout
    (desk / "templates" / "chat.txt").write_text("NEWS\n{{ view.head }}\n", encoding="utf-8")
    answer = run("--service", "discord")
    assert "**Armenia urges" in answer.stdout
    assert f"{desk / 'templates' / 'chat.txt'}:2: no `head` is known of a View; ours is shown" in answer.stderr
    checked = CliRunner().invoke(app, ["rules", "check", str(desk)], prog_name="wirewatch")
    assert f"{desk / 'templates' / 'chat.txt'}:2:1: error: no `head` is known of a View" in checked.stdout
    assert checked.exit_code == 1


def test_the_mails_page_goes_into_a_file(desk: Path, tmp_path: Path) -> None:
    page = tmp_path / "mail.html"
    assert run("--service", "mail", "--html", str(page)).exit_code == 0
    assert "<mark" in page.read_text(encoding="utf-8")
