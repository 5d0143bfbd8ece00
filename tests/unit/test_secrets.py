"""What counts as a secret, and that no log record holds one."""

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from pipelines.secrets import HIDDEN, hide, secrets_of

TOKEN = "Tk9aZ7unit4Secrets"


@pytest.mark.parametrize(
    ("address", "secret", "plain"),
    [
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#alerts", {TOKEN, "T1JJ3T3L2"}, {"alerts", "slack"}),
        (f"tgram://123456789:{TOKEN}/-1001234", {TOKEN}, {"tgram"}),
        (f"discord://4174216298/{TOKEN}?avatar=no", {TOKEN}, {"avatar"}),
        (f"json://user:{TOKEN}@hooks.example.org:8080/desk/{TOKEN}?+X={TOKEN}", {TOKEN}, {"hooks.example.org", "desk"}),
        ("mailtos://nino:hunter2@example.org?to=desk@example.org", {"hunter2"}, {"example.org", "nino"}),
        ("mailto://nino:p%40ss%2Fw@example.org", {"p@ss/w", "p%40ss%2Fw"}, {"example.org"}),
        ("json://127.0.0.1:8000/desk-chat", {"json://127.0.0.1:8000/desk-chat"}, {"127.0.0.1", "desk-chat"}),
    ],
)
def test_an_address_is_secret_whole_and_in_its_telling_parts(address: str, secret: set[str], plain: set[str]) -> None:
    found = secrets_of({"DESK_URL": address})
    assert address in found
    assert secret <= found
    assert not plain & found


def test_of_a_database_only_the_password_is_secret_and_of_plain_settings_nothing() -> None:
    assert secrets_of({"WIREWATCH_DATABASE_URL": "sqlite:////srv/wirewatch/wirewatch.db"}) == frozenset()
    found = secrets_of({"WIREWATCH_DATABASE_URL": f"postgresql://news:{TOKEN}@db.example.org/wirewatch"})
    assert TOKEN in found
    assert not any("db.example.org" in one for one in found)
    assert (
        secrets_of({"PATH": "/usr/bin", "WIREWATCH_CONTACT": "https://desk.example/who-asks-for-this"}) == frozenset()
    )
    assert TOKEN in secrets_of({"FEED_TOKEN": TOKEN})
    assert TOKEN in secrets_of({"WHATEVER": TOKEN}, ["WHATEVER"])


@contextmanager
def written() -> Iterator[io.StringIO]:
    """What every logger writes at level 1."""
    out, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(out), root.level
    root.addHandler(handler)
    root.setLevel(1)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def test_no_record_of_any_logger_and_level_holds_what_is_hidden() -> None:
    hide(secrets_of({"DESK_URL": f"json://nino:pw/{TOKEN}@a.example/{TOKEN}"}))
    with written() as out:
        for name in ("", "apprise", "urllib3.connectionpool", "dagster", "a.b"):
            logger = logging.getLogger(name)
            for level in (1, 5, 10, 20, 30, 40, 50):
                logger.log(level, "POST /%s and %s", TOKEN, {"url": f"x/{TOKEN.lower()}"})
        logging.getLogger("a").info(quote(f"/{TOKEN}/", safe=""))
        try:
            raise RuntimeError(f"no such path {TOKEN}")
        except RuntimeError:
            logging.getLogger("a").exception("failed")
        thread = threading.Thread(target=lambda: int(TOKEN))
        thread.start()
        thread.join()
    assert TOKEN.lower() not in out.getvalue().lower()
    assert HIDDEN in out.getvalue()
    assert "RuntimeError: no such path" in out.getvalue()
    assert "invalid literal for int()" in out.getvalue()


def test_other_lines_stay_as_they_are() -> None:
    hide(secrets_of({"DESK_URL": f"json://a.example/{TOKEN}"}))
    with written() as out:
        logging.getLogger("a").info("%d alerts for %s", 3, "desk")
    assert out.getvalue() == "3 alerts for desk\n"
