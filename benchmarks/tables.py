"""Figures out of scripts that print a table for each size: rules and stories."""

import re
from collections import Counter
from collections.abc import Iterator

from benchmarks.figures import OURS, SPEED, Beside, Figure

_RATES = (", many match", ", few match")
"""The tables of one number of rules, in the order of RATES in rules.py."""
_AIMS = {
    "1,000 rules, many match": (300, 0.2),
    "10,000 rules, many match": (800, 0.12),
    "1,000 rules, few match": (300, 0.28),
    "10,000 rules, few match": (800, 0.22),
}
"""At least so many times one `re` a term, and so much of the raw scan."""
_AIMS_OF_START = {"100 rules, many match": 30, "10,000 rules, many match": 250}
_TABLE = r"^([\d,]+ rules[^;]*); [\d.]+ % of them match.*\ncold start.*: (\d+) ms\n\n((?:\|.*\n?)+)"
_ROW = r"^\| (?P<who>[^|]+) \| (?P<value>[\d,]+) \| (?P<naive>[\d,.]+) \| (?P<scan>[\d.]+) \| (?P<wrong>\d*) \|"
_DOCS = r"^ *(?P<case>[\d,]+) (?P<who>\S+) +(?P<value>[\d,]+) docs/s"
_DATABASES = {"SQLite": "SQLite", "alone": "SQLite without events", "PostgreSQL": "PostgreSQL"}
_F1 = "F1 of labelled reprints"
_AIMS_OF_STORIES = {"rensa": 0.35, "datasketch": None}


def rules(output: str) -> Iterator[Figure]:
    """Each table's figures; evidence that differs is a fault of the run."""
    met = Counter[str]()
    for number, cold, table in re.findall(_TABLE, output, re.MULTILINE):
        kind = number + (_RATES[met[number]] if number.endswith(" rules") else "")
        met[number] += 1
        yield from _rules(kind, table)
        aim = _AIMS_OF_START.get(kind)
        yield Figure(name=f"{kind}: ms to the first article", value=float(cold), aim=aim, at_least=False)
    if not met:
        raise ValueError(f"the output has no table of {OURS}")


def _rules(kind: str, table: str) -> Iterator[Figure]:
    """Times the naive way and the raw scan, and the contestants beside us."""
    rows = [found.groupdict() for found in re.finditer(_ROW, table, re.MULTILINE)]
    for row in rows:
        if row["wrong"] not in {"", "0"}:
            raise ValueError(f"{kind}: {row['wrong']} articles where the evidence of {row['who']} is another")
    own = next((row for row in rows if row["who"] == OURS), None)
    if own is None:
        raise ValueError(f"the output has no row of {OURS} for {kind}")
    naive, scan = _AIMS.get(kind, (None, None))
    yield Figure(name=f"{kind}: x one `re` a term", value=float(own["naive"].replace(",", "")), aim=naive)
    yield Figure(name=f"{kind}: x the raw scan", value=float(own["scan"]), aim=scan)
    for one in Beside(SPEED, _ROW, ours=OURS).figures(table):
        yield Figure(name=f"{kind}: {one.name}", value=one.value, peer=one.peer)


def stories(output: str) -> Iterator[Figure]:
    """Ours as a share of each peer's speed where both ran, then the peers beside ours in SQLite."""
    rows = re.findall(_DOCS, output, re.MULTILINE)
    speed = {(size, name): float(number.replace(",", "")) for size, name, number in rows}
    if not speed:
        raise ValueError("the output has no docs/s")
    for (size, name), number in speed.items():
        for peer, aim in _AIMS_OF_STORIES.items() if name in _DATABASES else ():
            if (size, peer) in speed:
                what = f"{size} texts, {_DATABASES[name]}: x {peer}"
                yield Figure(name=what, value=number / speed[size, peer], aim=aim)
    for one in Beside(_F1, r"^(?P<who>\S+) +F1 (?P<value>[\d.]+) of labelled pairs").figures(output):
        yield one
        if one.peer == OURS:
            yield Figure(name=_F1, value=one.value, aim=0.985)
    yield from Beside(SPEED, _DOCS, ours="SQLite").figures(output)
