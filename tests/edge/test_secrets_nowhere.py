"""Addresses of every tricky kind through a whole run of the monitor job: no log, row or file of Dagster holds one."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from pipelines.alerts import Message, Receiver
from pipelines.cli.dev import prepare_dagster_home
from pipelines.config import Settings, load_settings, receiver_environment
from pipelines.definitions import run_monitor_job
from pipelines.delivery.apprise_notifier import AppriseNotifier
from pipelines.errors import DeliveryError
from pipelines.states import ReceiverId
from tests.installation import World, demo_world

MARK = "Zq7Secret4Marker"
ADDRESSES = {
    "SHORT_SLACK": f"slack://{MARK}/x",
    "SLACK": f"slack://T1JJ3T3L2/A1BRTD4JD/{MARK}{MARK[:8]}/#alerts",
    "PATH": f"json://127.0.0.1:9/{MARK}/desk?+Authorization={MARK}",
    "PASSWORD": f"json://nino:{MARK}@127.0.0.1:9/desk",
    "ESCAPED": f"json://nino:%2F{MARK}%40@127.0.0.1:9/desk",
    "DISCORD": f"discord://4174216298/{MARK}_token",
    "MAIL": f"mailto://{MARK}:{MARK}@127.0.0.1:9/desk@example.org?mode=insecure&from=desk@example.org",
    "NOSUCH": f"nosuch://{MARK}",
    "NOT_EVEN_ONE": f"://{MARK}",
    "BROKEN": f"json://[{MARK}",
}
ROUTES = "version: 1\nzone: UTC\nreceivers:\n" + "".join(
    f"  r-{number}: {{url_env: {name}, style: mail}}\n" for number, name in enumerate(ADDRESSES)
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with demo_world(tmp_path) as found:
        names = ", ".join(f"r-{number}" for number in range(len(ADDRESSES)))
        routes = f"{ROUTES}operator: r-2\nroute: {{to: [{names}]}}\n"
        (tmp_path / "alert_rules" / "routes.yaml").write_text(routes, encoding="utf-8")
        secrets = tmp_path / "secrets.env"
        secrets.write_text("".join(f"{name}={value}\n" for name, value in ADDRESSES.items()), encoding="utf-8")
        for name, value in (*found.environment.items(), ("WIREWATCH_SECRETS_FILE", str(secrets))):
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that any logger writes from level 1 on, Apprise and urllib3 too, which the notifier keeps away else."""
    out, root = io.StringIO(), logging.getLogger()
    handler, before = logging.StreamHandler(out), root.level
    root.addHandler(handler)
    root.setLevel(1)
    AppriseNotifier({"X": "json://127.0.0.1:9/x"}).service(Receiver(receiver_id=ReceiverId("x"), url_env="X"))
    loud = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    for logger in loud:
        logger.propagate = True
        logger.setLevel(1)
    try:
        yield out
    finally:
        for logger in loud:
            logger.propagate = False
        root.removeHandler(handler)
        root.setLevel(before)


def test_no_secret_is_written_anywhere(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    written: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(desk=tmp_path / "alert_rules", home=tmp_path / "home", database_url="")
    with DagsterInstance.from_config(str(prepare_dagster_home(settings))) as instance:
        monkeypatch.setenv("DAGSTER_HOME", instance.root_directory)
        assert run_monitor_job(every_feed=True)
    environment = receiver_environment(load_settings(world.environment | _secrets(tmp_path), tmp_path), {})
    for name in ADDRESSES:
        receiver = Receiver(receiver_id=ReceiverId(name), url_env=name)
        with pytest.raises(DeliveryError) as caught:
            AppriseNotifier(environment).send(receiver, Message(title="t", text="x"), key="k")
        assert MARK not in f"{caught.value!r}{caught.value.__cause__!r}{caught.value.__context__!r}"
    told, streams = written.getvalue(), capfd.readouterr()
    assert "apprise" in told or "JSON" in told
    assert "[hidden]" in told
    for text in (told, streams.out, streams.err):
        assert MARK.lower() not in text.lower()
    files = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert any(path.name == "wirewatch.db" for path in files)
    assert any("storage" in path.parts or path.suffix == ".db" for path in files if "dagster" in path.parts)
    assert [path for path in files if MARK.lower().encode() in path.read_bytes().lower()] == []


def _secrets(folder: Path) -> dict[str, str]:
    return {"WIREWATCH_SECRETS_FILE": str(folder / "secrets.env")}
