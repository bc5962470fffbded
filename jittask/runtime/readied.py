"""The runs that are due within the second, readied so that they begin on time (rules R4, R5)."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.store import Store
from jittask.store.claim_types import ComingRun, DueRun

AHEAD = timedelta(seconds=1)
"""How far ahead runs are readied."""
_EVERY = 0.2  # seconds
_MAX_RUNS = 64
"""How many are readied at most: where power is lost, those that had not begun look interrupted."""


class ReadiedRuns:
    """Readies what comes, and gives what is due; nothing where the store cannot (R9)."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._coming: deque[ComingRun] = deque()
        self._ready: set[int] = set()
        """The runs that the disk has as readied."""
        self._perhaps: set[int] = set()
        """Those, and what a write that was not answered may have readied."""
        self._again = clock.monotonic()

    def seconds_left(self, now: datetime) -> float:
        """Return how long it is until the first of them is due; infinite for none."""
        if not self._coming:
            return math.inf
        return max(0.0, (self._coming[0].due - now).total_seconds())

    def look(self, now: datetime, held: Collection[str]) -> None:
        """Ready what comes within the second, where it is time, but for tasks that are held.

        What was readied and has not begun is taken back. Raises StoreUnavailable.
        """
        moment = self._clock.monotonic()
        if moment < self._again or not self._store.readies:
            return
        self._again = moment + _EVERY
        page = self._store.coming(now, now + AHEAD, _MAX_RUNS, held)
        found = {coming.run.id for coming in page}
        new, old = found - self._ready, self._perhaps - found
        if new or old:
            self._coming.clear()
            self._perhaps |= found
            self._store.ready(new, old)
        self._ready, self._perhaps = found, set(found)
        self._coming = deque(sorted(page, key=lambda run: run.due))

    def take(self, now: datetime) -> list[DueRun]:
        """Return what has just become due, in order.

        Nothing that became due longer ago: the program did not run, or a clock was set. What
        was missed is decided by the planner then (R2).
        """
        found: list[DueRun] = []
        while self._coming and self._coming[0].due <= now:
            coming = self._coming.popleft()
            if now - coming.due < AHEAD:
                found.append(coming.run)
        return found

    def begun(self, runs: Collection[int]) -> None:
        """Note what was claimed: that has ended its being ready."""
        self._ready.difference_update(runs)
        self._perhaps.difference_update(runs)
