"""Looks at the disk at the beginning of a cycle, and tells the operator straight, for a full disk takes no notice."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.config import Settings
from pipelines.errors import SettingsError
from pipelines.operating import disk
from pipelines.protocols import Notifier
from pipelines.reports import Problem

if TYPE_CHECKING:
    from pipelines.delivery.routing import Routes


def look_at_disk(
    settings: Settings, disks: disk.Disks, notifier: Notifier, routes: Callable[[], "Routes"]
) -> tuple[Problem, ...]:
    """See how much room there is where the installation writes; a problem where it is too little to fetch."""

    def tell(title: str, lines: list[str], key: str) -> None:
        from pipelines.delivery.message import operator_notice

        operator = routes().operator
        if operator is None:
            raise SettingsError(f"routes.yaml names no `operator` to tell that {title}")
        notifier.send(operator, operator_notice(f"Wirewatch: {title}", lines), key=key)

    limits = disk.Limits(warn=settings.disk_warn, stop=settings.disk_stop)
    place, space = disk.fullest(disks, (settings.home, settings.database_folder))
    if disk.look(settings.home, place, space, limits, tell) is not disk.Fill.FULL:
        return ()
    return (Problem(subject=str(place), message=f"{space}: nothing is fetched until there is more"),)
