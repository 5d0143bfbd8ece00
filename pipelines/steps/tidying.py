"""What is by the clock: things that were kept for their time are forgotten, and the disk gets their room back."""

from pipelines.errors import StoreError
from pipelines.keeping import HouseStore, Keep, Kind
from pipelines.reports import Report
from pipelines.steps.progress import Budget, Tally


def keep_house(store: HouseStore, keep: Keep, *, budget: Budget) -> Report:
    """Forget, kind by kind, what is older than it is kept; what is left when time is up waits for the next run.

    Each batch is a transaction of its own, so that other steps write in between and a kill costs one batch.
    """
    tally = Tally("housekeeping")
    unfinished = False
    for kind in Kind:
        unfinished = _forget(store, kind, keep, tally, budget) or unfinished
    while not budget.spent and (freed := store.give_back()):
        tally.count("bytes given back", freed)
    if tally.anything:
        tally.measure("megabytes on disk", round(store.size() / 1e6, 1))
    return tally.report(unfinished=unfinished or budget.spent)


def _forget(store: HouseStore, kind: Kind, keep: Keep, tally: Tally, budget: Budget) -> bool:
    """Forget things of one kind; whether some are left."""
    age = keep.of(kind)
    if age is None:
        return False
    after: int | None = 0
    try:
        while after is not None and not budget.spent:
            now = budget.now()
            gone = store.forget(kind, now - age, now, after)
            if gone.rows:
                tally.count(f"{kind} forgotten", gone.rows)
                tally.count(f"bytes of {kind}", gone.size)
            after = gone.after
    except StoreError as error:
        tally.failure(str(kind), error)  # the other kinds are forgotten all the same
    return after is not None
