"""Settings from the environment; every error names the variable or the absolute path tried."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.keeping import SHORTEST, Keep, Kind
from pipelines.secrets import hide, secrets_of

DESK_FOLDER = "alert_rules"
HOME_FOLDER = ".wirewatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this installation keeps its things, and what it may contact."""

    desk: Path
    """The desk's folder: rules, lists, feeds, routes; by default `alert_rules/`, found upward from here."""
    home: Path
    """Everything Wirewatch writes: database, DAGSTER_HOME; by default `.wirewatch/` beside the desk's folder."""
    database_url: str
    """`sqlite:///...` or `postgresql://...`; by default an SQLite file in the home."""
    allow_hosts: frozenset[str] = frozenset()
    """Hosts that may be contacted though their address is loopback or private; none by default."""
    contact: str | None = None
    """Told to every server with the user agent: a mail address or a page; an outlet that can ask does not block."""
    page_pause: float = 1.0
    """Seconds between the beginnings of two requests to one host; 1 by default."""
    keep_pages: float = 3.0
    """Days for which fetched pages are kept, for `wirewatch extract --again OUTLET`; 3 by default, 0 for ever."""
    keep_texts: float = 400.0
    """Days for which the bodies of articles are kept of which the desk was not told; 400 by default, 0 for ever."""
    keep_articles: float = 1_826.0
    """Days for which articles, matches, alerts and deliveries are kept; five years by default, 0 for ever."""
    desk_url: str | None = None
    """Where others find the desk's page (`wirewatch desk`): messages link to it."""
    desk_user_header: str | None = None
    """The header in which a reverse proxy names whom it has let in to the desk's page; it must take out what clients
    send under that name."""
    dagster_database_url: str | None = None
    """`postgresql+psycopg2://...` for Dagster's own runs and events; files in the home by default."""
    shards: int = 1
    """Workers that gather side by side, each its own hosts; 1 by default: the monitor job does it."""
    workers: int = 1
    """Processes that run cycles side by side on one PostgreSQL, without shards: each takes so great a part of the hosts
    at once; 1 by default."""
    secrets_file: Path | None = None
    """NAME=value lines that add to the environment, read at each run."""
    ui_port: int = 3000
    """Port of the Dagster UI on 127.0.0.1, as `wirewatch serve webserver` has it; 3000 by default."""
    code_port: int = 4266
    """Port of the code server on 127.0.0.1, as `wirewatch serve code` has it; 4266 by default."""
    desk_port: int = 3001
    """Port of the desk's page, as `wirewatch desk` has it without --port; 3001 by default."""
    keep_runs: float = 3.0
    """Days for which Dagster's runs are kept; 3 by default."""
    keep_failed_runs: float = 30.0
    """Days for which Dagster's failed runs are kept; 30 by default."""
    metrics_file: Path | None = None
    """A file that each cycle writes anew with numbers as OpenMetrics text, such as one that node_exporter collects."""
    log: str = "text"
    """`text` for readers, or `json` for JSON lines with the ids of run, feed, article, alert and receiver as fields."""
    disk_warn: float = 10.0
    """Percent of the disk free below which the operator is told; 10 by default."""
    disk_stop: float = 2.0
    """Percent of the disk free below which nothing is fetched, so that alerts still go out; 2 by default."""

    @property
    def dagster_home(self) -> Path:
        """Dagster's lasting home."""
        return self.home / "dagster"

    @property
    def database_folder(self) -> Path:
        """The folder on whose disk the database grows; the home where that is a server's."""
        file = self.database_url.partition("sqlite:///")[2]
        return Path(file).expanduser().absolute().parent if file else self.home

    @property
    def keep(self) -> Keep:
        """How long each kind of thing is kept."""
        days = {kind: getattr(self, f"keep_{kind}") for kind in SHORTEST}
        return Keep(**{kind: timedelta(days=number) or None for kind, number in days.items()})

    @property
    def compiled_rules(self) -> Path:
        """Where compiled rules are kept between processes."""
        return self.home / "compiled"


def load_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """Settings of the environment as seen from `folder`; raises SettingsError. Nothing is created."""
    desk = _desk(environment, folder)
    home = _path(environment, "WIREWATCH_HOME") or desk.parent / HOME_FOLDER
    if "?" in str(home):
        raise SettingsError(f"{home}: a folder with a question mark in its name cannot hold the database")
    return Settings(
        desk=desk,
        home=home,
        database_url=environment.get("WIREWATCH_DATABASE_URL") or f"sqlite:///{home / 'wirewatch.db'}",
        allow_hosts=frozenset(environment.get("WIREWATCH_ALLOW_HOSTS", "").replace(",", " ").split()),
        contact=_contact(environment),
        page_pause=_number(environment, "WIREWATCH_PAGE_PAUSE", 1.0, "seconds"),
        keep_pages=_days(environment, "WIREWATCH_KEEP_PAGES", Kind.PAGES, 3.0),
        keep_texts=_days(environment, "WIREWATCH_KEEP_TEXTS", Kind.TEXTS, 400.0),
        keep_articles=_days(environment, "WIREWATCH_KEEP_ARTICLES", Kind.ARTICLES, 1_826.0),
        desk_url=_web_address(environment, "WIREWATCH_DESK_URL"),
        desk_user_header=environment.get("WIREWATCH_DESK_USER_HEADER") or None,
        dagster_database_url=environment.get("WIREWATCH_DAGSTER_DATABASE_URL") or None,
        shards=shards_of(environment),
        workers=int(_number(environment, "WIREWATCH_WORKERS", 1.0, "a whole number")) or 1,
        secrets_file=_path(environment, "WIREWATCH_SECRETS_FILE"),
        ui_port=_port(environment, "WIREWATCH_UI_PORT", 3000),
        code_port=_port(environment, "WIREWATCH_CODE_PORT", 4266),
        desk_port=_port(environment, "WIREWATCH_DESK_PORT", 3001),
        keep_runs=_number(environment, "WIREWATCH_KEEP_RUNS", 3.0, "days"),
        keep_failed_runs=_number(environment, "WIREWATCH_KEEP_FAILED_RUNS", 30.0, "days"),
        metrics_file=_path(environment, "WIREWATCH_METRICS_FILE"),
        log=_log(environment),
        disk_warn=_number(environment, "WIREWATCH_DISK_WARN", 10.0, "percent"),
        disk_stop=_number(environment, "WIREWATCH_DISK_STOP", 2.0, "percent"),
    )


def shards_of(environment: Mapping[str, str]) -> int:
    """How many workers gather side by side; raises SettingsError."""
    return int(_number(environment, "WIREWATCH_SHARDS", 1.0, "a whole number", most=1_000)) or 1


def receiver_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment, with the secrets file's NAME=value lines over it; raises SettingsError naming no value.

    Whoever has read them can no longer log them: see `secrets`.
    """
    lines = _secret_lines(settings.secrets_file) if settings.secrets_file else {}
    merged = {**environment, **lines}
    hide(secrets_of(merged, lines))
    return merged


def _secret_lines(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"WIREWATCH_SECRETS_FILE: cannot read {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise SettingsError(f"{path}:{number}:1: expected NAME=value")
        found[name.strip()] = value.strip()
    return found


def _web_address(environment: Mapping[str, str], name: str) -> str | None:
    value = environment.get(name, "").strip()
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(f"{name}: expected an address with https:// or http://, not {value!r}")
    return value or None


def _port(environment: Mapping[str, str], name: str, unset: int) -> int:
    value = environment.get(name, "").strip() or str(unset)
    if not value.isdecimal() or not 0 < int(value) < 65_536:
        raise SettingsError(f"{name}: expected a port from 1 to 65535, not {value!r}")
    return int(value)


def _log(environment: Mapping[str, str]) -> str:
    value = environment.get("WIREWATCH_LOG") or "text"
    if value not in {"text", "json"}:
        raise SettingsError(f"WIREWATCH_LOG: expected text or json, not {value!r}")
    return value


def _contact(environment: Mapping[str, str]) -> str | None:
    value = environment.get("WIREWATCH_CONTACT", "").strip()
    if not (value.isascii() and value.isprintable()) or set(value) & set('()<>;\\"'):
        raise SettingsError(f"WIREWATCH_CONTACT: expected a mail address or the address of a page, not {value!r}")
    return value or None


def _number(environment: Mapping[str, str], name: str, unset: float, unit: str, most: int = 60) -> float:
    value = environment.get(name)
    try:
        number = float(value) if value else unset
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise SettingsError(f"{name}: expected {unit} from 0 to {most}, not {value!r}")
    return number


def _days(environment: Mapping[str, str], name: str, kind: Kind, unset: float) -> float:
    """Days of a kind; 0 is for ever, and what is still looked at cannot be forgotten."""
    least = SHORTEST[kind].days
    days = _number(environment, name, unset, "days", most=36_500)
    if 0 < days < least:
        raise SettingsError(f"{name}: expected 0 (for ever), or {least} days and more, not {days:g}")
    return days


def _desk(environment: Mapping[str, str], folder: Path) -> Path:
    named = _path(environment, "WIREWATCH_DESK")
    if named is not None:
        if not named.is_dir():
            raise SettingsError(f"WIREWATCH_DESK names {named}, which is not a folder")
        return named
    start = folder.resolve()
    for parent in (start, *start.parents):
        if (parent / DESK_FOLDER).is_dir():
            return parent / DESK_FOLDER
    raise SettingsError(
        f"no {DESK_FOLDER}/ folder in {start} or above it; go to a folder that has one, or name one in WIREWATCH_DESK"
    )


def _path(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name)
    return Path(value).expanduser().resolve() if value else None
