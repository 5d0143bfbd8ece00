"""Writes docs/reference/ from the code: settings, commands, and the keys of the desk's files.

usage: python docs/generate.py [--check]; a test runs it with --check, which writes nothing and names what is stale.
"""

import ast
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
FILES = {"rules": "Rule files", "lists": "lists.yaml", "feeds": "feeds.yaml", "routes": "routes.yaml"}

WORDS = {
    "string": "text",
    "integer": "a number",
    "number": "a number",
    "boolean": "true or false",
    "object": "names with values",
}
LANGUAGES = 50  # a choice among more than so many can only be one of languages


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which differ from what the code says; 1 where one does."""
    stale = []
    for name, text in pages():
        path = REFERENCE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"stale: {', '.join(stale)}; run python docs/generate.py", file=sys.stderr)
        return 1
    return 0


def pages() -> Iterator[tuple[str, str]]:
    """Name and text of each page."""
    yield "settings.md", settings()
    yield "commands.md", commands()
    for kind, title in FILES.items():
        yield f"{kind}.md", file_keys(kind, title)


def settings() -> str:
    """The environment variables: a field of `Settings` is WIREWATCH_ and its name, its docstring what it means."""
    source = (ROOT / "pipelines" / "config.py").read_text(encoding="utf-8")
    fields = {f"WIREWATCH_{name.upper()}": text for name, text in _described_fields(ast.parse(source))}
    read = set(re.findall(r"WIREWATCH_[A-Z_]+", source))
    if read != set(fields):
        raise SystemExit(f"pipelines/config.py: no field of Settings is described for {read ^ set(fields)}")
    return "\n".join(
        [
            "# Settings",
            "",
            "Everything is set in the environment. A wrong value is refused with the variable's name and what it may",
            "be; `wirewatch doctor` shows what an installation goes by.",
            "",
            "| variable | means |",
            "|---|---|",
            *(f"| `{variable}` | {_cell(text)} |" for variable, text in fields.items()),
            "",
        ]
    )


def _described_fields(tree: ast.Module) -> Iterator[tuple[str, str]]:
    record = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    for field, after in pairwise(record.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            yield field.target.id, ast.literal_eval(after.value)


def commands() -> str:
    """Every command with its example, what it says of itself, and its options."""
    from pipelines.cli.app import COMMANDS

    parts = ["# Commands", "", "`wirewatch --help` shows them all, `wirewatch COMMAND --help` each.", ""]
    for name, entry in COMMANDS.items():
        command = _command(name, entry.place)
        text = re.sub(r"^( *)(#.*)$", r"\1`\2`", inspect.cleandoc(command.help or "").replace("\b\n", ""), flags=re.M)
        parts += [f"## {name}", "", f"{entry.line}.", "", "```text", f"$ {entry.example}", "```", "", text, ""]
        parts += _options(command)
    return "\n".join(parts)


def _command(name: str, place: str) -> click.Command:
    module, attribute = place.split(":")
    command: click.Command = getattr(importlib.import_module(f"pipelines.cli.{module}"), attribute)
    for word in name.split()[1:]:
        assert isinstance(command, click.Group), name
        command = command.commands[word]
    return command


def _options(command: click.Command) -> list[str]:
    context = click.Context(command, info_name=command.name)
    rows = [record for param in command.params if (record := param.get_help_record(context))]
    if not rows:
        return []
    lines = [
        f"| `{flag.replace('|', chr(92) + '|')}` | {' '.join(text.split()).replace('|', chr(92) + '|')} |"
        for flag, text in rows
    ]
    return ["| option | means |", "|---|---|", *lines, ""]


def file_keys(kind: str, title: str) -> str:
    """The keys of one kind of desk file, record by record, as its JSON schema describes them."""
    schema = json.loads((ROOT / "alert_rules" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    parts = [
        f"# {title}",
        "",
        f"Made from `alert_rules/{kind}.schema.json`, which an editor completes and checks by.",
        "",
    ]
    for name, record in {"": schema, **schema.get("$defs", {})}.items():
        keys = record.get("properties")
        if not keys:
            continue
        heading = "The file" if not name else re.sub(r"(Record|Line)$", "", name)
        parts += [f"## {heading}", "", record.get("description", ""), "", "| key | takes | means |", "|---|---|---|"]
        parts += [
            f"| `{key}`{' (required)' if key in record.get('required', ()) else ''} | {_takes(part, schema)} "
            f"| {_cell(part.get('description', ''))} |"
            for key, part in keys.items()
        ]
        parts.append("")
    return "\n".join(parts)


def _takes(part: dict[str, Any], schema: dict[str, Any]) -> str:
    """A value's type in words."""
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[1]
        record = schema["$defs"][name]
        return _takes(record, schema) if "properties" not in record else re.sub(r"(Record|Line)$", "", name)
    several = next((part[key] for key in ("allOf", "anyOf", "oneOf") if key in part), None)
    if several:
        return ", or ".join(dict.fromkeys(_takes(each, schema) for each in several))
    if part.get("type") == "array":
        return f"a list of {_takes(part.get('items', {}), schema)}"
    return _word(part)


def _word(part: dict[str, Any]) -> str:
    """A plain value's type in words."""
    choices = part.get("enum", ())
    if choices:
        return "a language's two letters" if len(choices) > LANGUAGES else ", ".join(f"`{value}`" for value in choices)
    if "smhd" in part.get("pattern", ""):
        return "a time such as `30s`, `15m`, `4h`, `2d`"
    kinds = part.get("type", "string")
    return WORDS[kinds if isinstance(kinds, str) else kinds[0]]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
