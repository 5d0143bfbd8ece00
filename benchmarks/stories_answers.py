"""Whether the contestants of the stories benchmark give answers that can be compared, on the labelled reprints.

Each must find the reprints whose text was left whole; how much of the others it finds stands beside its speed. Ours is
held to the labels without its window of a week, as the peers have none.
"""

import sys
from collections.abc import Callable, Sequence

from stories_peers import PEERS

from pipelines.model import Content
from tests.quality.test_stories import labelled, scored, stories

WHOLE, LEAST = ("byline", "headline_changed", "lead_deleted"), 0.98
"""Kinds of reprints with all of the text, but for its first lines, and the share of them that each must find."""


def check(names: Sequence[str]) -> None:
    """Print each contestant's F1; leave where one does not find what stands again word for word."""
    rows, labels = labelled()
    for name in ["Wirewatch", *(name for name in names if name in PEERS)]:
        if name in PEERS:
            groups = closed(PEERS[name]().add, [row["text"] for row in rows])
            joined = [[rows[place]["id"] for place in group] for group in groups]
        else:
            joined = stories((row["id"], Content(title=row["title"] or "", body=row["text"])) for row in rows)
        found = scored(joined, labels)
        print(f"{name:<12} F1 {found.f1:.4f} of labelled pairs, precision {found.precision:.4f}", flush=True)
        if (least := min(found.kinds[kind] for kind in WHOLE)) < LEAST:
            sys.exit(f"{name} finds {least:.3f} of the whole reprints: speeds mean nothing")


def closed(add: Callable[[str], Sequence[int]], bodies: Sequence[str]) -> list[list[int]]:
    """Places of texts by group, where what resembles one of a group is in it."""
    group_of: dict[int, list[int]] = {}
    for place, body in enumerate(bodies):
        ours = group_of.setdefault(place, [place])
        for other in add(body):
            if (theirs := group_of[other]) is not ours:
                ours += theirs
                group_of.update(dict.fromkeys(theirs, ours))
    return list({id(group): group for group in group_of.values()}.values())
