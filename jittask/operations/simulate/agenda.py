"""The runs that are planned, in memory, under the keys that the run store has (rules R3, R4)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.model import MissedRange, Trigger
from jittask.store.claim_types import DueRun
from jittask.store.plans import NewRun, PendingRun

if TYPE_CHECKING:
    from jittask.prelude.context import FailedRun


@dataclass(slots=True)
class PlannedRun:
    """A run that has not ended."""

    number: int
    new: NewRun
    due: datetime
    """When it may begin: its expected start, or the instant of its next attempt."""
    attempts: int = 0
    began: datetime | None = None
    failed: FailedRun | None = None
    """What ``policy.onFailure`` is called with."""
    output: list[str] = field(default_factory=list)

    @property
    def pending(self) -> PendingRun:
        """The run as a plan sees it."""
        new = self.new
        return PendingRun(
            self.number, new.task, new.row_key, new.nominals, new.effective, delay=new.delay
        )

    @property
    def due_run(self) -> DueRun:
        """The run as the choice of what to claim sees it."""
        new = self.new
        return DueRun(
            self.number, new.task, new.row_key, new.trigger, new.nominals, new.effective,
            self.attempts, new.delay,
        )  # fmt: skip


class Agenda:
    """Planned runs by when they are due; an occurrence has at most one run."""

    def __init__(self) -> None:
        self.count = 0
        """The number of the run that was planned last."""
        self._heap: list[tuple[datetime, int]] = []
        self._runs: dict[int, PlannedRun] = {}
        self._by_task: dict[str, dict[int, PlannedRun]] = {}
        self._due: set[int] = set()
        """Runs that are due, and wait."""
        self._keys: dict[str, set[tuple[str, datetime]]] = {}
        self._ranges: dict[tuple[str, str], list[MissedRange]] = {}

    def __getitem__(self, number: int) -> PlannedRun:
        return self._runs[number]

    def add(self, new_runs: Iterable[NewRun], failed: FailedRun | None = None) -> list[PlannedRun]:
        """Plan runs whose occurrences have none; return them."""
        added = []
        for new in new_runs:
            free = self._free(new)
            if free is None:
                continue
            self.count += 1
            run = PlannedRun(self.count, free, free.expected_start, failed=failed)
            if new.missed is not None:
                self._ranges.setdefault((new.task, new.row_key), []).append(new.missed)
            self._runs[run.number] = run
            self._by_task.setdefault(new.task, {})[run.number] = run
            heapq.heappush(self._heap, (run.due, run.number))
            added.append(run)
        return added

    def _free(self, new: NewRun) -> NewRun | None:
        """Return the run with the nominals that no other has; None where there are none."""
        if not new.keyed:
            return new
        keys = self._keys.setdefault(new.task, set())
        free = [nominal for nominal in new.nominals if (new.row_key, nominal) not in keys]
        for nominal in free:
            keys.add((new.row_key, nominal))
        if not free:
            return None
        return new if len(free) == len(new.nominals) else replace(new, nominals=tuple(free))

    def pending(self, task: str) -> Sequence[PendingRun]:
        """Return the runs of a task that its plan may still change."""
        runs = self._by_task.get(task, {}).values()
        return [run.pending for run in runs if _is_fresh(run)]

    def recorded(self, task: str) -> set[tuple[str, datetime]]:
        """Return the row keys and nominals of a task that have a run."""
        return self._keys.setdefault(task, set())

    def ranges(self, task: str, row_key: str) -> Sequence[MissedRange]:
        """Return what the runs of a row count as missed."""
        return self._ranges.get((task, row_key), ())

    def next(self) -> datetime | None:
        """Return when the next run becomes due that is not due yet."""
        while self._heap and not self._is_current(*self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: datetime) -> list[PlannedRun]:
        """Return the runs that may begin, in the order in which the runtime claims them."""
        while self._heap and self._heap[0][0] <= now:
            due, number = heapq.heappop(self._heap)
            if self._is_current(due, number):
                self._due.add(number)
        if not self._due:
            return []
        runs = [self._runs[number] for number in self._due]
        return sorted(runs, key=lambda run: (-run.new.priority, run.due, run.number))

    def _is_current(self, due: datetime, number: int) -> bool:
        run = self._runs.get(number)
        return run is not None and run.due == due

    def put_off(self, number: int, until: datetime) -> None:
        """Let a run wait for another attempt."""
        run = self._runs[number]
        run.due = until
        self._due.discard(number)
        heapq.heappush(self._heap, (until, number))

    def end(self, number: int, *, frees_keys: bool = False) -> PlannedRun:
        """Take a run out; with ``frees_keys`` its occurrence may be planned again (D5)."""
        run = self._runs.pop(number)
        del self._by_task[run.new.task][number]
        self._due.discard(number)
        if frees_keys and run.new.keyed:
            keys = self._keys[run.new.task]
            keys.difference_update((run.new.row_key, nominal) for nominal in run.new.nominals)
        return run

    def withdraw(self, task: str, now: datetime) -> None:
        """Forget the runs of a task that are not due yet: their rows are looked at again.

        One whose instant is over, and that begins after its delay, is judged when it begins.
        """
        runs = self._by_task.get(task, {}).values()
        numbers = [
            run.number
            for run in runs
            if _is_fresh(run)
            and run.number not in self._due
            and not (run.new.delay and run.new.effective <= now)
        ]
        for number in numbers:
            self.end(number, frees_keys=True)

    def left(self) -> Iterator[PlannedRun]:
        """Yield the runs that have begun, and have not ended."""
        return (run for run in self._runs.values() if run.attempts)


def _is_fresh(run: PlannedRun) -> bool:
    return run.attempts == 0 and run.new.trigger is Trigger.SCHEDULE
