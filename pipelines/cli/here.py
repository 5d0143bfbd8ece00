"""The installation that a command is about."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.config import Settings, load_settings, receiver_environment
from pipelines.states import AlertId

if TYPE_CHECKING:
    from pipelines.ingest.fetcher import HttpFetcher


def here() -> Settings:
    """As the environment and the current folder name it."""
    return load_settings(os.environ, Path.cwd())


def number_of(alert: str) -> AlertId:
    """The id of an alert as it is written everywhere, such as A12."""
    number = alert.removeprefix("A")
    if not number.isdecimal():
        raise click.UsageError(f"{alert} is no alert; `wirewatch alerts list` shows them, such as A12")
    return AlertId(int(number))


def fetcher_of(settings: Settings) -> "HttpFetcher":
    """The fetcher that a cycle would use, secrets of feeds and contact included."""
    from pipelines.ingest.fetcher import HttpFetcher

    secrets = receiver_environment(settings, os.environ)
    return HttpFetcher(settings.allow_hosts, contact=settings.contact, secrets=secrets)
