"""Many plain rules as a table of numbers, which is quickly kept, read back and asked; pure."""

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pipelines.rules.anchors import whole
from pipelines.rules.plain import MOST_GROUPS, Plain, plain
from pipelines.rules.rule import CompiledRule, Term
from pipelines.states import RuleStatus

MANY = 500
"""Plain rules from which judging them at once pays: 1,000 are judged in half the time, and numpy, which takes a tenth
of a second to import, is there sooner than so many are wired to be judged by their clauses."""
FAR = 1 << 60
"""More words than an article has."""
RUNNING = frozenset({RuleStatus.SHADOW, RuleStatus.LIVE})


@dataclass(frozen=True, slots=True)
class Table:
    """Plain rules row by row; the columns are numbers of 64 bits. MOST_GROUPS slots are a row's, one for each group."""

    rows: list[int]
    """Of each row, the number of its rule."""
    others: list[int]
    """The numbers of the rules that are not in the table."""
    letters: list[bytes]
    """What is looked for; what stands in the following columns by its place here."""
    counts: bytes
    """How many slots each of the letters opens."""
    slots: bytes
    """These slots, one after the other."""
    wanted: bytes
    """Of each row, how many slots must be open: the first."""
    unwanted: bytes
    """How many of the next must not."""
    words: bytes
    """How many words may stand between the hits of its groups."""
    names: list[str]
    """Of each slot that is wanted, the name of its group; else empty."""


def table_of(rules: Sequence[CompiledRule], statuses: Collection[RuleStatus] = RUNNING, many: int = MANY) -> Table:
    """The table of the rules that run; with few plain rules it has no rows."""
    running = [number for number, rule in enumerate(rules) if rule.rule.status in statuses]
    letters = _Letters()
    asked = [(number, plain(rules[number], letters)) for number in running]
    rows = [(number, asks) for number, asks in asked if asks]
    if len(rows) < max(many, 1):
        return Table([], running, [], b"", b"", b"", b"", b"", [])
    return _filled(rows, [number for number, asks in asked if not asks])


def _filled(rows: Sequence[tuple[int, Plain]], others: list[int]) -> Table:
    opens: defaultdict[bytes, list[int]] = defaultdict(list)
    names: list[str] = []
    for row, (_, asks) in enumerate(rows):
        for slot, letters in enumerate((*asks.wanted.values(), *asks.unwanted), row * MOST_GROUPS):
            for one in letters:
                opens[one].append(slot)
        names += (*asks.wanted, *[""] * MOST_GROUPS)[:MOST_GROUPS]
    return Table(
        [number for number, _ in rows],
        others,
        list(opens),
        _column(map(len, opens.values())),
        _column(slot for slots in opens.values() for slot in slots),
        _column(len(asks.wanted) for _, asks in rows),
        _column(len(asks.unwanted) for _, asks in rows),
        _column(FAR if asks.words is None else asks.words for _, asks in rows),
        names,
    )


def _column(numbers: Iterable[int]) -> bytes:
    return array("q", numbers).tobytes()


class _Letters(dict[Term, bytes | None]):
    """The letters that a term consists of, if it is no more than these, sentences apart."""

    def __missing__(self, term: Term) -> bytes | None:
        found = whole(term)
        self[term] = letters = found.encode("utf-8", "surrogatepass") if found else None
        return letters
