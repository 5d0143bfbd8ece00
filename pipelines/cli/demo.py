"""`wirewatch demo`: a bundled news site through the whole pipeline, by real HTTP, Dagster, chat and mail."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.dev import prepare_dagster_home
from pipelines.cli.output import echo_table
from pipelines.config import Settings, load_settings
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pipelines.demo.site import DemoSite
    from storage.journal import ArticleRow, RuleAnswer

LETTERS = "wirewatch-demo"


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Keep desk folder, database and Dagster home in this new folder, to look at afterwards.",
)
def demo(keep: Path | None) -> None:
    """Play a news site on loopback through the real pipeline, twice, and print the alerts as a desk gets them.

    Nothing leaves this machine. The mails are written to wirewatch-demo/; all else is removed at the end.
    """
    began = time.monotonic()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda number, _: sys.exit(128 + number))  # clean up, as after Ctrl-C
    _letters_folder()
    with _folder(keep) as folder, ExitStack() as stack:
        _say("A news site, a chat and a mail server start on 127.0.0.1 ...")
        from pipelines.demo.site import DemoSite

        site = stack.enter_context(DemoSite())
        settings = _install(site, folder)
        _say("Cycle 1 of 2: a run of the Dagster job `monitor` over a site where everything is new ...")
        _run_job()
        shown = _show_alerts(site, 0)
        site.advance()
        _say("Cycle 2 of 2: one article has changed its words, and one more outlet prints the wire's text ...")
        _run_job()
        _show_alerts(site, shown)
        letters = _write_letters(site)
        _show_outcome(settings)
    _show_next(letters, keep, time.monotonic() - began)


def _say(line: str) -> None:
    """A line of progress, on stderr, so that the alerts alone are on stdout."""
    click.secho(line, dim=True, err=True)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """A folder for the demo's installation, gone afterwards unless it is to be kept."""
    if keep is None:
        folder = Path(tempfile.mkdtemp(prefix="wirewatch-demo-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    if keep.exists():
        raise SettingsError(f"{keep.resolve()} is there already; --keep wants a new folder")
    keep.mkdir(parents=True)
    yield keep.resolve()


def _install(site: "DemoSite", folder: Path) -> Settings:
    """A desk's folder that watches the site, and the environment that this process then lives in."""
    site.write_desk(folder / "alert_rules")
    os.environ.update(site.environment())
    os.environ["WIREWATCH_DESK"] = str(folder / "alert_rules")
    os.environ["WIREWATCH_HOME"] = str(folder / "home")
    for name in ("WIREWATCH_DATABASE_URL", "WIREWATCH_SECRETS_FILE"):
        os.environ.pop(name, None)
    settings = load_settings(os.environ, folder)
    os.environ["DAGSTER_HOME"] = str(prepare_dagster_home(settings))
    return settings


def _run_job() -> None:
    """Run the monitor job in a process of its own: Ctrl-C ends it at once, and leaves it nothing to write."""
    with subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", "-c", _JOB], stderr=subprocess.PIPE, start_new_session=True
    ) as job:
        try:
            _, told = job.communicate()
        except BaseException:
            os.killpg(job.pid, signal.SIGKILL)
            raise
    if job.returncode != 0:
        click.echo(told.decode("utf-8", "replace"), err=True)
        raise SettingsError("the monitor job failed; `wirewatch demo --keep DIR` keeps its Dagster home to look at")


# What fails in a feed or page is shown in the table at the end.
_JOB = """
import logging, sys
logging.getLogger("pipelines").setLevel(logging.CRITICAL)
from pipelines.definitions import run_monitor_job
sys.exit(not run_monitor_job(every_feed=True))
"""


def _show_alerts(site: "DemoSite", shown: int) -> int:
    """Print what the chat got since it was `shown` long, as the chat would show it; returns how long it is now."""
    from rich.console import Console
    from rich.markup import escape
    from rich.panel import Panel

    console = Console(width=min(100, shutil.get_terminal_size((100, 24)).columns), highlight=False)
    posts = site.chat_posts
    for post in posts[shown:]:
        title = f"[bold]{escape(post.title)}[/bold]\n" if post.title else ""
        console.print(Panel(title + escape(post.message), title="#desk-chat", title_align="left", border_style="cyan"))
    if len(posts) == shown:
        click.echo("#desk-chat: nothing new, for all of it was told already.")
    return len(posts)


def _letters_folder() -> Path:
    folder = Path.cwd() / LETTERS
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot make {folder} for the mails: {error.strerror}") from error
    return folder


def _write_letters(site: "DemoSite") -> Path:
    """Write each mail that arrived as `.eml`, those of an earlier demo gone; returns the folder's absolute path."""
    folder = _letters_folder()
    try:
        for old in folder.glob("alert-*.eml"):
            old.unlink()
        for number, raw in enumerate(site.mailbox.messages, 1):
            (folder / f"alert-{number:02}.eml").write_bytes(raw)
    except OSError as error:
        raise SettingsError(f"cannot write the mails to {folder}: {error.strerror}") from error
    return folder


def _show_outcome(settings: Settings) -> None:
    """What became of each article, and which feeds failed."""
    from storage.store import open_store

    with closing(open_store(settings.database_url)) as store:
        rows = [_outcome(row) for row in reversed(store.journal.articles(limit=200))]
        ledger = store.journal.match_ledger()
        failing = [row for row in store.journal.feeds() if row.state.failures]
    click.echo()
    echo_table(("outlet", "headline", "is", "and so"), rows, title="What became of each article")
    click.echo()
    click.echo(
        f"{ledger.matched} matches = {ledger.alerts} alerts + {sum(ledger.verdicts.values())} held, each for a reason."
    )
    for row in failing:
        click.echo(f"Feed {row.feed.feed_id} fails ({row.state.error}); it is asked again later, and held up no other.")


def _outcome(row: "ArticleRow") -> tuple[str, str, str, str]:
    """One line of the table, its headline cut so that a line of it fits most terminals."""
    story = f"reprint of {row.reprint_of.outlet.title}" if row.reprint_of else "new"
    story += ", then changed" if row.texts > 1 else ""
    room = 58 if shutil.get_terminal_size().columns >= 150 else 34
    headline = row.title if len(row.title) <= room else f"{row.title[: room - 1].rstrip()}…"
    return row.article.outlet.title, headline, story, "\n".join(map(_fate, row.answers)) or "no rule matches"


def _fate(answer: "RuleAnswer") -> str:
    if answer.alert_id is not None:
        return f"alert A{answer.alert_id}, {answer.rule_id}"
    return "; ".join(f"{verdict.kind}: {verdict.reason}" for verdict in answer.verdicts) or answer.outcome


def _show_next(letters: Path, keep: Path | None, seconds: float) -> None:
    """Where to look next."""
    count = len(list(letters.glob("alert-*.eml")))
    click.echo(f"\nThe same alerts as mail: {count} files in {letters}/ (open one in your mail program).")
    if keep is not None:
        home = keep.resolve()
        click.echo(f"Look around: WIREWATCH_DESK={home}/alert_rules WIREWATCH_HOME={home}/home wirewatch alerts list")
    click.echo(
        "Next: `make run` opens the Dagster UI and watches real feeds; alert_rules/README.md shows how to write a rule."
    )
    click.secho(f"Done in {seconds:.0f} seconds; nothing of the demo is left running.", dim=True, err=True)
