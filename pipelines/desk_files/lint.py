"""Warnings that need rules and routes at once: owners that nobody knows, routes that no alert comes to; pure."""

from collections.abc import Iterator, Mapping, Sequence

from pipelines.delivery.routing import Route, Routes
from pipelines.desk_files.reading import DeskFile, Fault, Level, suggest
from pipelines.rules.loader import RuleSet
from pipelines.states import RuleStatus

Labels = Mapping[str, str]
Steps = tuple[str | int, ...]


def lint_routes(rule_set: RuleSet, routes: Routes, file: DeskFile) -> Iterator[Fault]:
    """Every warning; `file` is routes.yaml, of which `routes` was made."""
    yield from _unknown_owners(rule_set, routes)
    rules = [one.rule for one in rule_set.rules if one.rule.status is not RuleStatus.RETIRED]
    yield from _unreached(file, routes.root, ("route",), [rule.labels for rule in rules])


def _unknown_owners(rule_set: RuleSet, routes: Routes) -> Iterator[Fault]:
    for rule in rule_set.rules:
        owner = rule.rule.owner
        if owner is not None and owner not in routes.owners:
            message = f"owner `{owner}` is not under `owners` in routes.yaml{suggest(owner, routes.owners)}"
            yield rule.fault(message, "owner", level=Level.WARNING)


def _unreached(file: DeskFile, route: Route, loc: Steps, arriving: Sequence[Labels]) -> Iterator[Fault]:
    """Routes below `route` to which nothing of what arrives there goes on, each told once, the topmost.

    A severity is a label that any rule may take on tomorrow: that no rule has it today is no fault of the route.
    """
    earlier: list[Labels] = []
    for number, below in enumerate(route.routes):
        here = (*loc, "routes", number)
        shadow = next((match for match in earlier if match.items() <= below.match.items()), None)
        asked = {name: value for name, value in below.match.items() if name != "severity"}
        reaching = [labels for labels in arriving if asked.items() <= labels.items()]
        if shadow is not None:
            message = f"no alert comes to this route: an earlier one takes all with {_shown(shadow)}"
            yield file.fault((*here, "match"), message, Level.WARNING)
        elif arriving and not reaching:
            message = f"no alert comes to this route: no rule has {_shown(asked)}"
            yield file.fault((*here, "match"), message, Level.WARNING)
        else:
            yield from _unreached(file, below, here, reaching)
        if not below.also:
            earlier.append(below.match)
            arriving = [labels for labels in arriving if asked != below.match or labels not in reaching]


def _shown(labels: Labels) -> str:
    return ", ".join(f"{name}: {value}" for name, value in labels.items())
