"""Templates filled in, in a sandbox; the only file that imports the template engine."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


def fill(folder: Path, name: str, **values: object) -> str:
    """The template of `folder` filled in; what ends in .html is escaped, and a value that is missing is an error."""
    return _template(folder, name).render(**values).strip()


@lru_cache
def _template(folder: Path, name: str) -> "Template":
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(folder),
        autoescape=name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
