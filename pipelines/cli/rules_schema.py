"""`wirewatch rules schema`: the JSON schemas with which an editor completes and checks the desk's files."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.output import echo_json
from pipelines.errors import SettingsError

if TYPE_CHECKING:
    from pydantic import BaseModel

TITLES = {
    "rules": "Wirewatch: rules",
    "lists": "Wirewatch: lists.yaml",
    "feeds": "Wirewatch: feeds.yaml",
    "routes": "Wirewatch: routes.yaml",
}


@click.command()
@click.argument("name", required=False, type=click.Choice(list(TITLES)))
@click.option("--write", "folder", type=click.Path(path_type=Path), help="Write rules.schema.json ... there.")
@click.option("--json", "as_json", is_flag=True, help="With --write, the paths as JSON.")
def schema(name: str | None, folder: Path | None, *, as_json: bool) -> None:
    """Print or write the JSON schemas, for editors.

    Of rules, lists, feeds and routes one by NAME, or all in one document. An editor with a YAML language server
    completes and checks a file that begins with this line, the path being seen from that file:

    \b
    # yaml-language-server: $schema=../rules.schema.json

    \b
    Example: wirewatch rules schema --write alert_rules
    """
    names = [name] if name else list(TITLES)
    if folder is None:
        made = {one: schema_of(one) for one in names}
        click.echo(_text(made[name] if name else made), nl=False)
        return
    paths = [folder / f"{one}.schema.json" for one in names]
    for one, path in zip(names, paths, strict=True):
        try:
            path.write_text(_text(schema_of(one)), encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{path}: cannot write: {error.strerror or error}") from error
    if as_json:
        echo_json({"written": paths})
    else:
        click.echo("\n".join(map(str, paths)))


def schema_of(name: str) -> dict[str, Any]:
    """The schema of one kind of file."""
    from pipelines.desk_files.json_schema import json_schema

    return json_schema(_model(name), TITLES[name])


def _model(name: str) -> type["BaseModel"]:
    from pipelines.delivery.routes_schema import RoutesFile
    from pipelines.ingest.feeds_schema import FeedsFile
    from pipelines.rules.schema import ListsFile, RulesFile

    models: dict[str, type[BaseModel]] = {
        "rules": RulesFile,
        "lists": ListsFile,
        "feeds": FeedsFile,
        "routes": RoutesFile,
    }
    return models[name]


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
