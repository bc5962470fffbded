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
from jittask.runtime.executors.pace import Pace
from jittask.runtime.executors.protocol import (
    Assignment,
    Expected,
    Outcome,
    Recall,
    Returned,
)

_RECYCLE_AFTER = 10_000  # runs, so that a leak in element code stays small
_HELD_UP_SECONDS = 0.2  # how long the first body may keep others waiting
_MOST_BUNDLES = 512  # so that what a process holds stays bounded
_LOAD_SECONDS = 30.0  # for code that is loaded beforehand, while nobody waits for its process


class PoolWorker:
    """One process; the first of its ``runs`` is the one whose body runs."""

    def __init__(self, number: int, connection: Connection, clock: Clock) -> None:
        self.number = number
        self.connection = connection
        self.runs: deque[Assignment] = deque()
        self.process: int | None = None
        self.killed_for: Outcome | None = None
        self.loading: Expected | None = None
        """What it loads beforehand, for no run."""
        self._clock = clock
        self._bundles: set[Path] = set()
        self._modules: dict[str, str] = {}
        self._begun = 0.0
        self._given = 0
        self._pace = Pace()
        self._recalled = False

    @property
    def running(self) -> Assignment | None:
        """The run whose body runs, as far as is known here."""
        return self.runs[0] if self.runs else None

    @property
    def idle(self) -> bool:
        """Whether its process does nothing, and is to do nothing."""
        return not self.runs and self.loading is None and self.killed_for is None

    @property
    def room(self) -> int:
        """How many more runs it takes."""
        if self.killed_for is not None or self._given >= _RECYCLE_AFTER:
            return 0
        ahead = 0 if self._recalled else self._pace.ahead
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

    def loads_too_long(self, *, wanted: bool) -> bool:
        """Whether what it loads for no run must end; ``wanted``: a run waits for a process."""
        return self._only_loads and self._clock.monotonic() >= self._load_until(wanted)

    def next_look(self, *, wanted: bool) -> float:
        """When the pool is to look at it again, whatever it says; by ``Clock.monotonic``."""
        if self.killed_for is not None:
            return float("inf")
        if self._only_loads:
            return self._load_until(wanted)
        if len(self.runs) > 1 and not self._recalled:
            return min(self._deadline, self._begun + _HELD_UP_SECONDS)
        return self._deadline

    def forked(self, process: int) -> None:
        """Take note that the process is there; a load begins only now."""
        self.process = process
        if self._only_loads:
            self._begun = self._clock.monotonic()

    def takes(self, bundle: Path, modules: Mapping[str, str]) -> bool:
        """Whether it may run a bundle: no module is there in two versions (H4)."""
        if self.killed_for is not None or self._given >= _RECYCLE_AFTER:
            return False
        if bundle in self._bundles:
            return True
        return len(self._bundles) < _MOST_BUNDLES and go_together(self._modules, modules)

    def begins(self, bundle: Path) -> bool:
        """Whether a run of that bundle would not wait here for another bundle to be loaded."""
        return self.loading is None or (self.loading.bundle == bundle and not self.runs)

    def holds(self, bundle: Path) -> bool:
        """Whether it has loaded this bundle, or is about to."""
        return bundle in self._bundles

    def hold(self, bundle: Path, modules: Mapping[str, str]) -> None:
        """Remember a bundle that is about to be loaded or run."""
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

    def load(self, coming: Expected) -> None:
        """Have it load a bundle that it holds from now on; a run of it need not wait until then."""
        self.loading = coming
        self._begun = self._clock.monotonic()
        self._send(coming)

    def done(self) -> None:
        """Take note that the body has ended, and the next one begins."""
        self.runs.popleft()
        moment = self._clock.monotonic()
        self._pace.took(moment - self._begun)
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
    def _only_loads(self) -> bool:
        """Whether it loads something, as far as is known, and no run waits for just that."""
        return self.process is not None and self.loading is not None and not self.runs

    def _load_until(self, wanted: bool) -> float:
        return self._begun + (_HELD_UP_SECONDS if wanted else _LOAD_SECONDS)

    @property
    def _deadline(self) -> float:
        return self._begun + self.runs[0].timeout_seconds if self.runs else float("inf")

    def _send(self, order: Assignment | Expected | Recall) -> None:
        with contextlib.suppress(OSError):  # it has died: the pool finds that, and buries it
            self.connection.send(order)


def go_together(some: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether no module is in both, in two versions."""
    return all(some.get(file, digest) == digest for file, digest in others.items())


@lru_cache(maxsize=4096)
def modules_of(bundle: Path) -> dict[str, str]:
    """Return the digests of a bundle's Python files; a bundle never changes."""
    return {
        str(file.relative_to(bundle)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in bundle.rglob("*.py")
    }
