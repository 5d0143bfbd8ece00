"""A desk's templates: those of alerts tried on one of each kind, those of digests read; faults with their lines."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pipelines.delivery.gathered import render_all
from pipelines.delivery.message import TEMPLATES
from pipelines.delivery.samples import SAMPLES, sample
from pipelines.desk_files.reading import Fault, suggest
from pipelines.rendering import TemplateFault, TemplateRefused, Templates
from pipelines.states import MessageStyle

FOLDER = "templates"
"""In a desk's folder."""


def template_faults(folder: Path) -> list[Fault]:
    """Every fault of the templates in that folder, in the order of files and lines; none where there is no folder."""
    if not folder.is_dir():
        return []
    found = dict.fromkeys((*_unread(folder), *_unfilled(folder)))
    faults = [Fault(fault.file, fault.line, 1, fault.text) for fault in found]
    return sorted(faults, key=lambda fault: (str(fault.path), fault.line))


def _unread(folder: Path) -> Iterator[TemplateFault]:
    """Files that no message is made of, and those that are no templates."""
    known = {path.name for path in TEMPLATES.iterdir()}
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        if path.name not in known:
            yield TemplateFault(path, 1, f"no message is made of `{path.name}`{suggest(path.name, known)}")
            continue
        try:
            Templates(TEMPLATES, folder).read_desks(path.name)
        except TemplateRefused as refused:
            yield refused.fault


def _unfilled(folder: Path) -> Iterator[TemplateFault]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for name in SAMPLES:
        told = sample(name, now)
        for style in MessageStyle:
            templates = Templates(TEMPLATES, folder)
            render_all(
                told.details,
                style,
                occasion=told.occasion,
                earlier=told.earlier,
                zone="UTC",
                now=now,
                templates=templates,
            )
            yield from templates.faults.values()
