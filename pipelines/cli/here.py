"""The installation that a command is about."""

import os
from pathlib import Path

from pipelines.config import Settings, load_settings


def here() -> Settings:
    """As the environment and the current folder name it."""
    return load_settings(os.environ, Path.cwd())
