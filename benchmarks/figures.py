"""A benchmark's figures, and how they are found in what its script prints."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

OURS = "Wirewatch"
SPEED = "speed, times Wirewatch's"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of one run, and what is aimed at; without an aim it is told alone."""

    name: str
    value: float
    aim: float | None = None
    at_least: bool = True
    """Whether more is better."""
    peer: str = ""
    """Whose it is in a comparison side by side; such a figure has no aim."""

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached."""
        if self.aim is None:
            return None
        return self.value >= self.aim if self.at_least else self.value <= self.aim


Reader = Callable[[str], Iterator[Figure]]
"""Takes figures out of a script's output; raises ValueError where they are not there."""


@dataclass(frozen=True, slots=True)
class Sought:
    """A figure in a script's words: the last group is its number, a first one before it completes its name."""

    name: str
    pattern: str
    aim: float | None = None
    at_least: bool = True

    def figures(self, output: str) -> Iterator[Figure]:
        """Each place where the output has it."""
        for found in re.finditer(self.pattern, output, re.MULTILINE):
            *words, number = found.groups()
            name = " ".join((self.name, *words))
            yield Figure(name=name, value=_number(number), aim=self.aim, at_least=self.at_least)


@dataclass(frozen=True, slots=True)
class Beside:
    """The same figure of every contestant: the groups are `who`, `value` and, where it has several tables, `case`.

    With `ours`, the name that stands for Wirewatch, values become speeds beside its own; `costs` says that a value is
    what a contestant takes rather than what it gets done.
    """

    name: str
    pattern: str
    ours: str = ""
    costs: bool = False

    def figures(self, output: str) -> Iterator[Figure]:
        """One of each contestant in each case."""
        rows = [found.groupdict() for found in re.finditer(self.pattern, output, re.MULTILINE)]
        own = {row.get("case"): _number(row["value"]) for row in rows if row["who"].strip() == self.ours}
        for row in rows:
            value, who, case = _number(row["value"]), row["who"].strip(), row.get("case")
            if self.ours and who != self.ours and case in own:
                value = own[case] / value if self.costs else value / own[case]
            elif self.ours:
                continue
            yield Figure(name=f"{case}: {self.name}" if case else self.name, value=value, peer=who)


def each(*sought: Sought | Beside) -> Reader:
    """The figures of a script that names each of them; one that is missing is a fault of the run."""

    def read(output: str) -> Iterator[Figure]:
        for one in sought:
            found = list(one.figures(output))
            if not found:
                raise ValueError(f"the output has no {one.name!r}")
            yield from found

    return read


def _number(text: str) -> float:
    return float(text.replace(",", ""))
