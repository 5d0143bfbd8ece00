"""What was worked out lately, by what it was worked out of: many at once where many are unknown."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Remembers `size` answers, the newest; what is unknown is worked out `at_once` together."""

    def __init__(self, answers: Callable[[Sequence[K]], Sequence[V]], *, size: int, at_once: int) -> None:
        self._answers = answers
        self._size = size
        self._at_once = at_once
        self._known: dict[K, V] = {}

    def __call__(self, question: K) -> V:
        """One answer."""
        known = self._known.get(question)
        return self.all([question])[0] if known is None else known

    def all(self, questions: Sequence[K]) -> list[V]:
        """The answers, in order."""
        found = {each: self._known[each] for each in questions if each in self._known}
        unknown = [each for each in dict.fromkeys(questions) if each not in found]
        for start in range(0, len(unknown), self._at_once):
            some = unknown[start : start + self._at_once]
            found.update(zip(some, self._answers(some), strict=True))
        self._known.update((each, found[each]) for each in unknown)
        for oldest in list(islice(self._known, max(0, len(self._known) - self._size))):
            del self._known[oldest]
        return [found[each] for each in questions]
