"""What the log looks like: a line for a reader, or JSON lines for a collector, ids as fields of their own.

Whoever logs gives ids by `extra={"feed_id": ...}`; the cycle's id stands on every line of its process. Secrets are
taken out where records are made (`pipelines.secrets`), so neither form can hold one. Standard library only.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.cycles import StepDone

log = logging.getLogger(__name__)

FIELDS = ("step", "feed_id", "article_id", "rule_id", "alert_id", "delivery_id", "receiver", "seconds", "counts")
"""What a record may carry besides its words."""
OURS = ("pipelines", "sensors", "storage")


class LogFormat(logging.Formatter):
    """One line a record; `run_id` goes on each."""

    def __init__(self, *, as_json: bool, run_id: str = "") -> None:
        super().__init__()
        self._as_json = as_json
        self._run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        """JSON with fields, or words with the ids behind them; a trace is a field, or the lines that follow."""
        fields = {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        trace = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        moment = datetime.fromtimestamp(record.created, UTC)
        if not self._as_json:
            return _line(record, moment, {**fields, **({"run_id": self._run_id[:8]} if self._run_id else {})}, trace)
        told = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **({"run_id": self._run_id} if self._run_id else {}),
            **fields,
            **({"trace": trace} if trace else {}),
        }
        return json.dumps(told, ensure_ascii=False, default=str)


def _line(record: logging.LogRecord, moment: datetime, fields: Mapping[str, object], trace: str) -> str:
    ids = " ".join(f"{name}={value}" for name, value in fields.items() if name not in {"counts", "seconds"})
    line = f"{moment:%H:%M:%S} {record.levelname.lower():<7} {' '.join(record.getMessage().split())}"
    return "\n".join(part for part in (f"{line}  [{ids}]" if ids else line, trace) if part)


def set_up(*, as_json: bool, run_id: str = "", quiet: bool = False) -> None:
    """Write this process's records to stderr: of ours from INFO on, of others from WARNING on; errors alone if `quiet`.

    Called again, it takes the place of what it set up before.
    """
    root = logging.getLogger()
    for there in [one for one in root.handlers if isinstance(one.formatter, LogFormat)]:
        root.removeHandler(there)
    stream = logging.StreamHandler(sys.stderr)
    stream.setFormatter(LogFormat(as_json=as_json, run_id=run_id))
    root.addHandler(stream)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.ERROR if quiet else logging.INFO)


def tell_step(done: "StepDone") -> None:
    """One line of what a step did; a step that found nothing to do is told at DEBUG."""
    words = ", ".join(f"{number} {name}" for name, number in done.counts.items()) or "nothing to do"
    extra = {"step": done.step, "seconds": round(done.seconds, 3), "counts": dict(done.counts)}
    if done.failed:
        log.error("%s failed after %.1f s: %s", done.step, done.seconds, done.failed, extra=extra)
        return
    more = "; time was up, the next run goes on" if done.unfinished else ""
    level = logging.INFO if done.counts or done.problems or done.unfinished else logging.DEBUG
    log.log(level, "%s: %s in %.1f s%s", done.step, words, done.seconds, more, extra=extra)
