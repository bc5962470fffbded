"""What the pool knows of one worker process: its versions, its runs, its pace (R6, H4)."""

from __future__ import annotations

import hashlib
import os
import select
import signal
from collections import deque
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from jittask.clock import Clock
from jittask.runtime.executors.channel import RuntimeEnd
from jittask.runtime.executors.pace import Pace
from jittask.runtime.executors.pool_messages import (
    EndAt,
    Hello,
    LoadCode,
    Order,
    Recall,
    Returned,
    RunBody,
)
from jittask.runtime.executors.protocol import Assignment, Done, Expected, Outcome, RunKey
from jittask.runtime.executors.workplace import BundleSource

_RECYCLE_AFTER = 10_000  # runs, so that a leak in element code stays small
_HELD_UP_SECONDS = 0.2  # how long the first body may keep others waiting
_MAX_VERSIONS = 512  # so that the memory of a process stays bounded
_ENDING_MILLIS = 100  # between the end of a channel and that of its process
_LOAD_SECONDS = 30.0  # for code that is loaded before a run, while no run waits for the process


class PoolWorker:
    """One process; the first of its ``runs`` is the one whose body runs."""

    def __init__(
        self, number: int, channel: RuntimeEnd, bundles: BundleSource, clock: Clock
    ) -> None:
        self.number = number
        self.channel = channel
        self.runs: deque[Assignment] = deque()
        self.process: int | None = None
        self.handle: int | None = None
        """The process's own descriptor, where the machine has those (pidfd)."""
        self.was_silent = False
        """Whether its channel had ended, and its process had not."""
        self.left_behind = ""
        """What its process left behind, which has been ended."""
        self.killed_for: Outcome | None = None
        self.killed_run: Assignment | None = None
        """The run whose body was to be killed, as far as was known then."""
        self.last: Done | None = None
        """The end of the last body that it runs; to be reported once its process has ended."""
        self.interrupted = False
        """Whether what it has not begun is to be reported, and not given to another."""
        self.loading: Expected | None = None
        """What it loads before any run of it."""
        self._bundles = bundles
        self._clock = clock
        self._versions: set[str] = set()
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
    def executing(self) -> Iterator[RunKey]:
        """The runs that it has, and whose end it has not reported."""
        return ((assignment.run, assignment.token) for assignment in self.runs)

    @property
    def seconds(self) -> float:
        """How long the body has run."""
        return self._clock.monotonic() - self._begun

    @property
    def idle(self) -> bool:
        """Whether its process does nothing, and has nothing to do."""
        return not self.runs and self.loading is None and self.killed_for is None

    @property
    def spent(self) -> bool:
        """Whether it has had its share of runs, and takes no more."""
        return self._given >= _RECYCLE_AFTER

    @property
    def room(self) -> int:
        """How many more runs it takes."""
        if self.killed_for is not None or self.spent:
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

    def loads_too_long(self, *, needed: bool) -> bool:
        """Whether what it loads for no run must end; ``needed``: a run waits for a process."""
        return self._only_loads and self._clock.monotonic() >= self._load_until(needed)

    def next_look(self, *, needed: bool) -> float:
        """When the pool is to look at it again without a message; by ``Clock.monotonic``."""
        if self.killed_for is not None:
            return float("inf")
        if self._only_loads:
            return self._load_until(needed)
        if len(self.runs) > 1 and not self._recalled:
            return min(self._deadline, self._begun + _HELD_UP_SECONDS)
        return self._deadline

    def forked(self, process: int, handle: int | None) -> None:
        """Note that the process exists; a load begins only now."""
        self.process, self.handle = process, handle
        if self._only_loads:
            self._begun = self._clock.monotonic()

    def process_ends(self) -> bool:
        """Whether its process has ended, or does so within an instant."""
        if self.handle is None:
            return True
        poller = select.poll()
        poller.register(self.handle, select.POLLIN)
        return bool(poller.poll(_ENDING_MILLIS))

    def kill(self) -> bool:
        """Kill its process; return False where only the fork server can."""
        if self.handle is None:
            return False
        try:
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        except ProcessLookupError:
            return True  # it has ended by itself
        return True

    def close(self) -> None:
        """Close the channel, and let go of the process."""
        self.channel.close()
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None

    def takes(self, version: str, modules: Mapping[str, str]) -> bool:
        """Whether it may run that version: no module is in the process twice (H4)."""
        if self.killed_for is not None or self.spent:
            return False
        if version in self._versions:
            return True
        return len(self._versions) < _MAX_VERSIONS and go_together(self._modules, modules)

    def begins(self, version: str) -> bool:
        """Whether a run of that version need not wait here until another has been loaded."""
        return self.loading is None or (self.loading.version == version and not self.runs)

    def holds(self, version: str) -> bool:
        """Whether it has loaded this version, or is about to."""
        return version in self._versions

    def hold(self, version: str, modules: Mapping[str, str]) -> None:
        """Remember a version that is about to be loaded or run."""
        if version not in self._versions:
            self._versions.add(version)
            self._modules |= modules

    def greet(self, hello: Hello) -> None:
        """Send the first message."""
        self._send(hello)

    def give(self, assignment: Assignment) -> None:
        """Have it run a run, after those that it has. Raises BundleUnavailable."""
        folder = self._bundles.path(assignment.version)
        if not self.runs:
            self._begun = self._clock.monotonic()
        self.runs.append(assignment)
        self._given += 1
        self._send(RunBody(assignment, folder))

    def load(self, expected: Expected) -> None:
        """Have it load a version that it holds from now on; a run of it may be given at once.

        Raises BundleUnavailable.
        """
        folder = self._bundles.path(expected.version)
        self.loading = expected
        self._begun = self._clock.monotonic()
        self._send(LoadCode(expected, folder))

    def done(self) -> None:
        """Note that the body has ended, and the next one begins."""
        self.runs.popleft()
        moment = self._clock.monotonic()
        self._pace.took(moment - self._begun)
        self._begun = moment
        self._recalled = False

    def end_at(self, moment: float) -> None:
        """Tell it when its lease is over, by ``Clock.monotonic``.

        Not where it has not read what it was sent: it is stopped, or stuck in native code.
        """
        if not self.channel.is_stuck:
            self._send(EndAt(moment))

    def recall(self) -> None:
        """Ask for what waits; what has begun in the meantime stays."""
        self._recalled = True
        self._send(Recall())

    def returned(self, answer: Returned) -> list[Assignment]:
        """Take out what it gives back without having begun it."""
        given_back = [run for run in self.runs if (run.run, run.token) in answer.runs]
        for assignment in given_back:
            self.runs.remove(assignment)
        return given_back

    def take_waiting(self) -> list[Assignment]:
        """Take out all but the run whose body runs: the process is about to end."""
        waiting = list(self.runs)[1:]
        for assignment in waiting:
            self.runs.remove(assignment)
        return waiting

    @property
    def _only_loads(self) -> bool:
        """Whether it loads something, as far as is known, and no run waits for just that."""
        return self.process is not None and self.loading is not None and not self.runs

    def _load_until(self, needed: bool) -> float:
        return self._begun + (_HELD_UP_SECONDS if needed else _LOAD_SECONDS)

    @property
    def _deadline(self) -> float:
        return self._begun + self.runs[0].timeout_seconds if self.runs else float("inf")

    def _send(self, order: Order) -> None:
        self.channel.send(order)


def go_together(modules: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether no module is in both with different content."""
    return all(modules.get(file, digest) == digest for file, digest in others.items())


@lru_cache(maxsize=4096)
def modules_of(bundle: Path) -> dict[str, str]:
    """Return the digests of a bundle's Python files; a bundle never changes.

    Raises OSError where it cannot be read, and then nothing is cached.
    """
    return {
        path.relative_to(bundle).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder, _, names in os.walk(bundle, onerror=_raise)
        for path in (Path(folder, name) for name in names)
        if path.suffix == ".py"
    }


def _raise(error: OSError) -> NoReturn:
    raise error
