"""Whether rules match as they usually do: a share of texts that no rule asks for grows where something broke. Pure.

Feeds that changed their language, texts that came out empty, a list that lost its words: every step moves then, no
file is faulty, and the desk hears nothing.
"""

from collections.abc import Sequence
from itertools import accumulate

from pipelines.reports import Check

LOOKED_AT = 6_000
"""The newest texts; what is before the recent ones says what is usual."""
EXPECTED = 20
"""Matches among the recent texts, if all is as usual. Of 20 expected by chance at most 5 come once in 14,000 times."""
FEW = 0.25
LEAST = 200
"""Recent texts: fewer are one outlet's morning."""
_STEP = 50


def unmatched_growth(matched: Sequence[bool], waiting: int) -> Check:
    """The check; `matched` tells of each judged text, the newest first, and `waiting` counts those not judged yet."""
    unmatched = matched.count(False) / len(matched) if matched else 0.0
    waits = f"; {waiting} wait for the rules" if waiting else ""
    recent = _recent(matched)
    if not recent:
        detail = f"{matched.count(True)} of the last {len(matched)} texts matched a rule, too few to say more{waits}"
        return _check(passed=True, number=unmatched, detail=detail)
    before = len(matched) - recent
    found, usual = sum(matched[:recent]), sum(matched[recent:]) / before * recent
    detail = f"{found} of the last {recent} texts matched a rule, {usual:.0f} by the {before} before{waits}"
    if found > FEW * usual:
        return _check(passed=True, number=1 - found / recent, detail=detail)
    advice = (
        "see `wirewatch rules check`, `wirewatch feeds list` (full texts, languages), and try a text that should match "
        "with `wirewatch rules match`; if rules were taken out, this passes by itself"
    )
    return _check(passed=False, number=1 - found / recent, detail=f"{detail}: {advice}")


def _recent(matched: Sequence[bool]) -> int:
    """How many of the newest are compared with the rest: enough for EXPECTED, at most half; 0 where that is too few."""
    until = list(accumulate(matched, initial=0))
    for recent in range(LEAST, len(matched) // 2 + 1, _STEP):
        if (until[-1] - until[recent]) / (len(matched) - recent) * recent >= EXPECTED:
            return recent
    return 0


def _check(*, passed: bool, number: float, detail: str) -> Check:
    return Check(name="unmatched_growth", passed=passed, number=round(number, 3), detail=detail)
