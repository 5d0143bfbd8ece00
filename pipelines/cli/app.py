"""The `wirewatch` command: the table of all commands, each loaded only when called."""

import importlib
import sys
from dataclasses import dataclass

import click

from pipelines.errors import WirewatchError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command's place (module:attribute, of its first word), its line and its example in the overview."""

    place: str
    line: str
    example: str


COMMANDS = {
    "demo": Entry("demo:demo", "Play a bundled news site through the whole pipeline", "wirewatch demo"),
    "run": Entry("run:run", "One monitoring cycle, without Dagster", "wirewatch run --json"),
    "dev": Entry("dev:dev", "The Dagster UI on loopback, watching the feeds", "wirewatch dev --port 3000"),
    "serve": Entry("serve:serve", "One of Dagster's services as a lasting process", "wirewatch serve daemon"),
    "desk": Entry("desk:desk", "The desk's page: events, buttons, rules, search", "wirewatch desk --port 3001"),
    "status": Entry("status:status", "One screen: is all well, and what is not", "wirewatch status"),
    "metrics": Entry("status:metrics", "Numbers for Prometheus, as OpenMetrics text", "wirewatch metrics"),
    "doctor": Entry("doctor:doctor", "Check this installation and say what to mend", "wirewatch doctor"),
    "feeds list": Entry("feeds:feeds", "The watched feeds and how they fare", "wirewatch feeds list"),
    "feeds add": Entry(
        "feeds:feeds", "Find a site's feeds and add one to feeds.yaml", "wirewatch feeds add https://example.org/rss"
    ),
    "feeds import": Entry("feeds:feeds", "Add the feeds of an OPML file", "wirewatch feeds import feedly.opml"),
    "feeds export": Entry("feeds:feeds", "The watched feeds as OPML", "wirewatch feeds export > desk.opml"),
    "feeds check": Entry("feeds:feeds", "Fetch each feed once and report", "wirewatch feeds check oc-media"),
    "feeds parse": Entry("feeds:feeds", "Feed files to JSON lines, one per entry", "wirewatch feeds parse rss.xml"),
    "extract": Entry("extract:extract", "HTML files to JSON lines of article text", "wirewatch extract page.html"),
    "stories group": Entry("stories:stories", "Articles to stories, as JSON lines", "wirewatch stories group a.jsonl"),
    "stories show": Entry("stories:stories", "One story: articles, carriers, related", "wirewatch stories show 17"),
    "stories split": Entry(
        "stories:stories",
        "Take an article out of its story, for good",
        'wirewatch stories split 231 --why "other quake"',
    ),
    "stories merge": Entry("stories:stories", "Make two stories one", 'wirewatch stories merge 17 23 --why "one text"'),
    "stories link": Entry("stories:stories", "Make two events one", 'wirewatch stories link 17 23 --why "one night"'),
    "stories unlink": Entry(
        "stories:stories", "Make one event two", 'wirewatch stories unlink 17 23 24 --why "2 calls"'
    ),
    "rules check": Entry("rules:rules", "Check the desk's files, every fault with its place", "wirewatch rules check"),
    "rules test": Entry("rules:rules", "Run the inline tests of the rules", "wirewatch rules test"),
    "rules new": Entry(
        "rules:rules",
        "A rule to start from, also from a boolean query",
        "wirewatch rules new --from-boolean 'a NEAR/9 b'",
    ),
    "rules schema": Entry(
        "rules:rules", "JSON schemas of the desk's files, for editors", "wirewatch rules schema --write alert_rules"
    ),
    "rules match": Entry(
        "rules:rules", "Rules over articles, as JSON lines", "wirewatch rules match --rules alert_rules day.jsonl"
    ),
    "rules explain": Entry(
        "rules:rules", "Why a rule did or did not match", "wirewatch rules explain lachin-peacekeepers story.html"
    ),
    "rules near-misses": Entry(
        "rules:rules", "Stored articles that a rule all but matched", "wirewatch rules near-misses lachin-peacekeepers"
    ),
    "rules forms": Entry(
        "rules:rules", "The forms that each term catches", "wirewatch rules forms lachin-peacekeepers"
    ),
    "rules backtest": Entry(
        "rules:rules", "Rules tried on the past, against other versions", "wirewatch rules backtest --against HEAD"
    ),
    "rules add-test": Entry(
        "rules:rules", "An article as an inline test", "wirewatch rules add-test convoys 231 --expect no_match"
    ),
    "why": Entry("why:why", "The whole way of one article", "wirewatch why https://example.org/story"),
    "try": Entry(
        "try_article:try_command", "What would fire on a page or file", "wirewatch try https://example.org/story"
    ),
    "search": Entry(
        "search:search", "The archive's texts by their words", """wirewatch search 'lachin "medical convoy"'"""
    ),
    "routes test": Entry(
        "routes:routes", "Who gets an alert, how and when", "wirewatch routes test severity=urgent region=caucasus"
    ),
    "receivers list": Entry("receivers:receivers", "Who is told, and how they fare", "wirewatch receivers list"),
    "receivers test": Entry(
        "receivers:receivers",
        "Send a real message to one, and release what waited",
        "wirewatch receivers test desk-chat",
    ),
    "digest preview": Entry("digest:digest", "What a digest would say now", "wirewatch digest preview --html day.html"),
    "digest list": Entry("digest:digest", "The digests that were made", "wirewatch digest list"),
    "alerts list": Entry("alerts:alerts", "What the desk was told, newest first", "wirewatch alerts list --limit 20"),
    "alerts preview": Entry(
        "alerts:alerts", "What each service would be sent", "wirewatch alerts preview --service slack"
    ),
    "alerts ack": Entry("alerts:alerts", "Say that you have taken an alert on", "wirewatch alerts ack A12"),
    "alerts mark": Entry("alerts:alerts", "Say that an alert was useful, or noise", "wirewatch alerts mark A12 noise"),
    "silence add": Entry(
        "silence:silence", "Hear nothing of a rule, outlet, story or label", "wirewatch silence add --rule x --why y"
    ),
    "silence list": Entry("silence:silence", "What is silenced, and how much was", "wirewatch silence list"),
    "silence end": Entry("silence:silence", "Hear of it again", "wirewatch silence end S3"),
    "outbox list": Entry("outbox:outbox", "Deliveries that wait, failed or are dead", "wirewatch outbox list"),
    "outbox retry": Entry("outbox:outbox", "Send dead or waiting deliveries again", "wirewatch outbox retry 17"),
    "backup": Entry(
        "backup:backup", "Copy database and desk while all goes on", "wirewatch backup /var/backups/wirewatch"
    ),
    "restore": Entry("backup:restore", "Put a backup back", "wirewatch restore wirewatch.tar.gz --force"),
    "upgrade": Entry("backup:upgrade", "Bring an installation to this version, safely", "wirewatch upgrade"),
    "db upgrade": Entry("db:db", "Bring the database to this version's schema", "wirewatch db upgrade"),
    "db copy": Entry(
        "db:db",
        "Copy a whole archive into another database",
        "wirewatch db copy sqlite:///old.db postgresql://db/wirewatch",
    ),
    "db compact": Entry("db:db", "Give the disk what a SQLite file has free", "wirewatch db compact"),
}


class CommandTable(click.Group):
    """A group whose commands are found in COMMANDS and imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """First words, in the table's order."""
        return list(dict.fromkeys(name.split()[0] for name in COMMANDS))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command or group of that first word."""
        entry = next((entry for name, entry in COMMANDS.items() if name.split()[0] == cmd_name), None)
        if entry is None:
            return None
        module, attribute = entry.place.split(":")
        command = getattr(importlib.import_module(f"pipelines.cli.{module}"), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with its line and an example."""
        with formatter.section("Commands"):
            width = max(map(len, COMMANDS))
            for name, entry in COMMANDS.items():
                formatter.write(f"  {name:<{width}}  {entry.line}\n  {'':<{width}}    $ {entry.example}\n")


@click.group(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="wirewatch")
def app() -> None:
    """Wirewatch watches news feeds and alerts a desk: reprints told once, every alert with its reason."""


def main() -> None:
    """Run the command; an error of ours is one message on stderr and exit code 1."""
    try:
        app(prog_name="wirewatch")
    except WirewatchError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
