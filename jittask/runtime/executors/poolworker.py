"""What the pool knows of one of its processes: its bundles, what it runs, and how fast (R6, H4)."""

from __future__ import annotations

import contextlib
import hashlib
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path

from jittask.clock import Clock
from jittask.runtime.executors.protocol import Assignment, Outcome, Recall, Returned

_RECYCLE_AFTER = 10_000  # runs, so that a leak in element code stays small
_AHEAD_SECONDS = 0.05  # how much work may wait in a worker, judged by the bodies before
_MOST_AHEAD = 64
_HELD_UP_SECONDS = 0.2  # how long the first body may keep others waiting
_MEMORY = 0.7  # how much of the pace before counts in the new one


class PoolWorker:
    """One process; the first of its ``runs`` is the one whose body runs."""

    def __init__(self, number: int, connection: Connection, clock: Clock) -> None:
        self.number = number
        self.connection = connection
        self.runs: deque[Assignment] = deque()
        self.process: int | None = None
        self.killed_for: Outcome | None = None
        self._clock = clock
        self._bundles: set[Path] = set()
        self._modules: dict[str, str] = {}
        self._begun = 0.0
        self._given = 0
        self._pace: float | None = None
        self._recalled = False

    @property
    def running(self) -> Assignment | None:
        """The run whose body runs, as far as is known here."""
        return self.runs[0] if self.runs else None

    @property
    def room(self) -> int:
        """How many more runs it takes."""
        if self.killed_for is not None or self._given >= _RECYCLE_AFTER:
            return 0
        ahead = 0
        if self._pace is not None and not self._recalled:
            ahead = min(_MOST_AHEAD, int(_AHEAD_SECONDS / max(self._pace, 1e-4)))
        return max(0, 1 + ahead - len(self.runs))

    @property
    def overdue(self) -> bool:
        """Whether the body has passed its timeout."""
        return bool(self.runs) and self._clock.monotonic() >= self._deadline

    @property
    def holds_up(self) -> bool:
        """Whether others have waited too long for the body that runs."""
        waited = self._clock.monotonic() - self._begun
        return len(self.runs) > 1 and not self._recalled and waited >= _HELD_UP_SECONDS

    @property
    def next_look(self) -> float:
        """When the pool is to look at it again, whatever it says; by ``Clock.monotonic``."""
        if self.killed_for is not None:
            return float("inf")
        if len(self.runs) > 1 and not self._recalled:
            return min(self._deadline, self._begun + _HELD_UP_SECONDS)
        return self._deadline

    def takes(self, bundle: Path, modules: Mapping[str, str]) -> bool:
        """Whether it may run a bundle: no module is there in two versions (H4)."""
        if self.killed_for is not None or self._given >= _RECYCLE_AFTER:
            return False
        if bundle in self._bundles:
            return True
        return all(self._modules.get(file, digest) == digest for file, digest in modules.items())

    def holds(self, bundle: Path) -> bool:
        """Whether it has run this bundle."""
        return bundle in self._bundles

    def hold(self, bundle: Path, modules: Mapping[str, str]) -> None:
        """Remember a bundle that is about to be run."""
        if bundle not in self._bundles:
            self._bundles.add(bundle)
            self._modules |= modules

    def give(self, assignment: Assignment) -> None:
        """Have it run a run, after those that it has."""
        if not self.runs:
            self._begun = self._clock.monotonic()
        self.runs.append(assignment)
        self._given += 1
        self._send(assignment)

    def done(self) -> None:
        """Take note that the body has ended, and the next one begins."""
        self.runs.popleft()
        moment = self._clock.monotonic()
        took = moment - self._begun
        before = took if self._pace is None else self._pace
        self._pace = _MEMORY * before + (1 - _MEMORY) * took
        self._begun = moment
        self._recalled = False

    def recall(self) -> None:
        """Ask for what waits; what has begun in the meantime stays."""
        self._recalled = True
        self._send(Recall())

    def returned(self, said: Returned) -> list[Assignment]:
        """Take out what it gives back without having begun it."""
        given_back = [one for one in self.runs if (one.run, one.token) in said.runs]
        for one in given_back:
            self.runs.remove(one)
        return given_back

    def take_waiting(self) -> list[Assignment]:
        """Take out all but the run whose body runs: the process is about to end."""
        waiting = list(self.runs)[1:]
        for one in waiting:
            self.runs.remove(one)
        return waiting

    @property
    def _deadline(self) -> float:
        return self._begun + self.runs[0].timeout_seconds if self.runs else float("inf")

    def _send(self, order: Assignment | Recall) -> None:
        with contextlib.suppress(OSError):  # it has died: the pool finds that, and buries it
            self.connection.send(order)


@lru_cache(maxsize=4096)
def modules_of(bundle: Path) -> dict[str, str]:
    """Return the digests of a bundle's Python files; a bundle never changes."""
    return {
        str(file.relative_to(bundle)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in bundle.rglob("*.py")
    }
