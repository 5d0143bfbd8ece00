"""An upgrade, step by step: nothing is changed before a backup is made, and a step that fails leaves all as it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import CopyRefused, WirewatchError
from pipelines.operating import gate

PATIENCE = 180.0
"""Seconds for the running cycle's end: a cycle that takes longer than three minutes is ended anyway."""


class UpgradeRefused(WirewatchError):
    """An upgrade did not take place; the message says at which step, and that all is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an upgrade does, each part by itself; all raise WirewatchError."""

    faults: Callable[[], Sequence[str]]
    """What the doctor finds wrong with the desk's files and the program, the database apart."""
    copy: Callable[[], Path]
    """Make a backup, and say where it is."""
    migrate: Callable[[], object]
    """Bring the databases to this version's schema."""
    check: Callable[[], Sequence[str]]
    """What the doctor finds wrong with the whole, the database among it."""
    restore: Callable[[Path], object]
    """Put the backup's database back."""


def upgrade(parts: Parts, home: Path, tell: Callable[[str], None], *, patience: float = PATIENCE) -> Path:
    """Take no new work, wait for the running cycle, back up, migrate, check, go on; where the backup is.

    What waits in the outbox is not touched: no message is lost, and none is sent twice. Raises UpgradeRefused.
    """
    if faults := parts.faults():
        raise UpgradeRefused(_refusal("something is wrong already, mend it first", faults))
    with gate.alone(home, patience, lambda: tell("waiting for the running cycle to end ...")):
        tell("no cycle is running, and none begins")
        copy = parts.copy()
        tell(f"backup: {copy}")
        try:
            parts.migrate()
            faults = parts.check()
        except WirewatchError as error:
            faults = [str(error)]
        except BaseException:  # Ctrl-C, or whatever Dagster's own migration ends with
            parts.restore(copy)
            raise
        if faults:
            _back(parts, copy, faults)
    return copy


def _back(parts: Parts, copy: Path, faults: Sequence[str]) -> None:
    try:
        parts.restore(copy)
    except CopyRefused as error:
        raise UpgradeRefused(
            _refusal(f"and the backup could not be put back ({error}); stop the services and restore {copy}", faults)
        ) from error
    raise UpgradeRefused(_refusal("the database is as it was before", faults))


def _refusal(state: str, faults: Sequence[str]) -> str:
    return "\n".join([f"not upgraded: {state}", *(f"  {fault}" for fault in faults)])
