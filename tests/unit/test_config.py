"""Settings: found upward, named by variables, wrong ones told with what was tried."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.config import load_settings, receiver_environment
from pipelines.errors import SettingsError
from pipelines.keeping import Keep


def test_the_desk_is_found_upward_and_the_home_is_beside_it(tmp_path: Path) -> None:
    (tmp_path / "alert_rules" / "deep").mkdir(parents=True)
    settings = load_settings({}, tmp_path / "alert_rules" / "deep")
    assert settings.desk == tmp_path / "alert_rules"
    assert settings.home == tmp_path / ".wirewatch"
    assert settings.database_url == f"sqlite:///{tmp_path}/.wirewatch/wirewatch.db"
    assert settings.dagster_home == tmp_path / ".wirewatch" / "dagster"
    assert not settings.home.exists()


def test_variables_name_other_places(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    settings = load_settings(
        {
            "WIREWATCH_DESK": str(tmp_path / "other"),
            "WIREWATCH_HOME": str(tmp_path / "home"),
            "WIREWATCH_DATABASE_URL": "postgresql://db/wirewatch",
            "WIREWATCH_ALLOW_HOSTS": "127.0.0.1, intranet.example",
        },
        tmp_path,
    )
    assert (settings.desk, settings.home) == (tmp_path / "other", tmp_path / "home")
    assert settings.database_url == "postgresql://db/wirewatch"
    assert settings.allow_hosts == {"127.0.0.1", "intranet.example"}


@pytest.mark.parametrize(
    ("name", "most"),
    [("WIREWATCH_PAGE_PAUSE", 60), ("WIREWATCH_KEEP_PAGES", 36_500), ("WIREWATCH_KEEP_ARTICLES", 36_500)],
)
def test_numbers_are_held_to_what_makes_sense(tmp_path: Path, name: str, most: int) -> None:
    (tmp_path / "alert_rules").mkdir()
    settings = load_settings({"WIREWATCH_KEEP_PAGES": "0.5", "WIREWATCH_PAGE_PAUSE": ""}, tmp_path)
    assert (settings.keep.pages, settings.page_pause) == (timedelta(hours=12), 1.0)
    for value in ("-1", str(most + 1), "soon", "nan"):
        with pytest.raises(SettingsError, match=f"{name}: expected (?:seconds|days) from 0 to {most}, not '{value}'"):
            load_settings({name: value}, tmp_path)


def test_things_are_kept_for_their_time_or_for_ever_and_not_for_less_than_they_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "alert_rules").mkdir()
    assert load_settings({}, tmp_path).keep == Keep()
    kept = load_settings({"WIREWATCH_KEEP_TEXTS": "0", "WIREWATCH_KEEP_ARTICLES": "30"}, tmp_path).keep
    assert (kept.texts, kept.articles, kept.pages) == (None, timedelta(days=30), Keep().pages)
    with pytest.raises(SettingsError, match=r"WIREWATCH_KEEP_TEXTS: expected 0 .*, or 30 days and more, not 3"):
        load_settings({"WIREWATCH_KEEP_TEXTS": "3"}, tmp_path)


def test_without_a_desk_the_error_says_what_was_tried(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"in {tmp_path} or above it; .*WIREWATCH_DESK"):
        load_settings({}, tmp_path)
    with pytest.raises(SettingsError, match=f"WIREWATCH_DESK names {tmp_path / 'gone'}"):
        load_settings({"WIREWATCH_DESK": str(tmp_path / "gone")}, tmp_path)


def test_the_secrets_file_adds_to_the_environment(tmp_path: Path) -> None:
    (tmp_path / "alert_rules").mkdir()
    secrets = tmp_path / "secrets"
    secrets.write_text("# the chat\nCHAT=json://a?b=c\n\n MAIL = mailto://x \n")
    settings = load_settings({"WIREWATCH_SECRETS_FILE": str(secrets)}, tmp_path)
    assert receiver_environment(settings, {"CHAT": "old", "HOME": "/"}) == {
        "CHAT": "json://a?b=c",
        "MAIL": "mailto://x",
        "HOME": "/",
    }


@pytest.mark.parametrize("content", ["json://user:SECRET9@host\n", "=SECRET9\n"])
def test_a_wrong_line_of_the_secrets_file_is_named_but_not_quoted(tmp_path: Path, content: str) -> None:
    (tmp_path / "alert_rules").mkdir()
    secrets = tmp_path / "secrets"
    secrets.write_text("A=b\n" + content)
    settings = load_settings({"WIREWATCH_SECRETS_FILE": str(secrets)}, tmp_path)
    with pytest.raises(SettingsError, match="secrets:2:1: expected NAME=value") as caught:
        receiver_environment(settings, {})
    assert "SECRET9" not in str(caught.value)


def test_a_secrets_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "alert_rules").mkdir()
    settings = load_settings({"WIREWATCH_SECRETS_FILE": str(tmp_path / "gone")}, tmp_path)
    with pytest.raises(SettingsError, match=f"cannot read {tmp_path / 'gone'}"):
        receiver_environment(settings, {})
