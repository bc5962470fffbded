"""A runtime driven by hand: planner, worker and store, with a clock and bodies that a test moves.

Several of them may share one store. What a crash forgets is a ``Hand``; what
it leaves is the ``Ground``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jittask.clock import FixedClock
from jittask.compiler.compiled import CompiledApp, ScheduledTask
from jittask.model import AppSettings, CallStyle, FunctionRef, Overlap, Policy, Retention, Run
from jittask.runtime.claim_loop import ClaimLoop
from jittask.runtime.events import Event
from jittask.runtime.executors.protocol import (
    Assignment,
    Completed,
    Done,
    Interrupted,
    Outcome,
    Report,
)
from jittask.runtime.orphans import end_orphaned_runs
from jittask.runtime.planner import Planner
from jittask.runtime.snapshot import RunningTask, Snapshot
from jittask.runtime.task_boundary import TaskBoundary
from jittask.schedule.timer import Timer
from jittask.store import Store
from jittask.store.record_filter import RecordFilter
from tests.faults.checker import Body, History, Key, Violation, violations

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORKERS = 2
DAY = 86_400


def task(
    name: str,
    seconds: int,
    *,
    enabled: bool = True,
    calendar: Mapping[str, object] | None = None,
    **policy: object,
) -> ScheduledTask:
    """Make a task that fires every so many seconds, but for the days off of its calendar.

    One that fires daily is moved by it, any other skipped.
    """
    rule: dict[str, object] = {"repeatType": "day"}
    if seconds != DAY:
        rule = {"repeatType": "custom", "rrule": f"FREQ=SECONDLY;INTERVAL={seconds}"}
    timing: dict[str, object] = {"startTime": "2026-01-05 00:00:00", "repeat": rule}
    if calendar is not None:
        timing |= {"skipHoliday": 1, "calendar": calendar}
    return ScheduledTask(
        name=name,
        title=name,
        enabled=enabled,
        function=FunctionRef(name, "inner.py", "customFunc", CallStyle.CUSTOM_FUNC),
        policy=Policy(**policy),  # type: ignore[arg-type]
        timer=Timer.from_config(timing),
        timing_digest=str(seconds),
        version="v",
        bundle=(),
    )


@dataclass
class Ground:
    """What outlives every crash: the store, the time, what bodies told, and the files."""

    folder: Path
    store: Store
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    bodies: list[Body] = field(default_factory=list)
    latest: datetime = START
    _moment: datetime = START
    _snapshot: Snapshot | None = None
    _caps: dict[str, int] = field(default_factory=dict)
    _seen: dict[int, Run] = field(default_factory=dict)
    _expected: dict[Key, frozenset[datetime]] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path, settings: AppSettings | None = None) -> Ground:
        """Begin on an empty store: a file in the folder, or what the settings name."""
        return cls(folder, Store.open(settings or AppSettings(), folder, create=True))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def moment(self) -> datetime:
        """Return a moment after every one before, whatever the clock says."""
        self._moment += timedelta(seconds=1)
        return self._moment

    def later(self, seconds: float) -> None:
        """Move the clock, back too."""
        self.clock.move_to(self.now + timedelta(seconds=seconds))
        self.latest = max(self.latest, self.now)

    def catch_up(self) -> None:
        """Set the clock to where it has been at the most."""
        self.clock.move_to(self.latest)

    def write(self, *tasks: ScheduledTask) -> None:
        """Replace the files: what is planned from here on."""
        app = CompiledApp(self.folder, AppSettings(), {}, {}, {}, {}, "")
        self._caps |= {one.name: 1 for one in tasks if one.policy.overlap is not Overlap.ALLOW}
        self._snapshot = Snapshot(
            app, {one.name: RunningTask(one, self.now) for one in tasks}, {}, {}
        )

    @property
    def snapshot(self) -> Snapshot:
        assert self._snapshot is not None
        return self._snapshot

    def expect(self, name: str, nominals: frozenset[datetime]) -> None:
        """Demand that these stand in records at the end."""
        self._expected[name, ""] = self._expected.get((name, ""), frozenset()) | nominals

    def look(self) -> None:
        """Remember every record as it is now: it may be pruned."""
        after = None
        while True:
            page = self.store.records(RecordFilter(), self.now, 1000, after)
            self._seen |= {run.id: run for run in page.records}
            after = page.next
            if after is None:
                return

    def prune(self, days: int) -> None:
        """Delete old records, as upkeep does."""
        self.look()
        self.store.prune(self.now, Retention.of_days(days))

    def violations(self, healed: datetime | None = None) -> list[Violation]:
        """Return what the checker finds."""
        self.look()
        runs = tuple(self._seen.values())
        return violations(
            History(runs, tuple(self.bodies), self._expected, self._caps, healed=healed)
        )


class Hands:
    """The executor: its bodies begin when they are handed over, and end when a test says so."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._running: dict[int, tuple[Assignment, int]] = {}
        self._reports: list[Done] = []

    @property
    def running(self) -> list[int]:
        """The runs whose bodies have not ended."""
        return list(self._running)

    def end(self, run: int, outcome: Outcome) -> None:
        """Let a body end; one that is interrupted tells nothing more."""
        assignment, at = self._running.pop(run)
        if not isinstance(outcome, Interrupted):
            told = self._ground.bodies[at]
            result = outcome.result if isinstance(outcome, Completed) else None
            self._ground.bodies[at] = replace(told, ended=self._ground.moment(), result=result)
        self._reports.append(Done(run, assignment.token, assignment.attempt, outcome))

    def free(self) -> int:
        return WORKERS - len(self._running)

    def executing(self) -> frozenset[tuple[int, int]]:
        running = {(run, assignment.token) for run, (assignment, _) in self._running.items()}
        return frozenset(running | {(end.run, end.token) for end in self._reports})

    def submit(self, assignment: Assignment) -> None:
        self._running[assignment.run] = (assignment, len(self._ground.bodies))
        began, now = self._ground.moment(), self._ground.now
        self._ground.bodies.append(Body(assignment.run, assignment.attempt, began, None, now))

    def poll(self, seconds: float) -> Sequence[Report]:
        del seconds
        reports, self._reports = self._reports, []
        return reports

    def wake(self) -> None: ...

    def kill(self, run: int, why: str) -> None: ...

    def extend_lease(self, seconds_left: float) -> None: ...

    def interrupt(self) -> None:
        for run in self.running:
            self.end(run, Interrupted("the test said so"))

    def close(self) -> None: ...


class Hand:
    """One runtime, each of whose steps a test makes."""

    def __init__(self, ground: Ground, identity: str) -> None:
        self._ground = ground
        self.identity = identity
        self.hands = Hands(ground)
        ground.store.announce(identity, "host", 1, ground.now)
        self._planner = Planner(ground.store, _ignore, TaskBoundary(_ignore))
        self._worker = ClaimLoop(
            ground.store, self.hands, ground.clock, identity, _ignore, TaskBoundary(_ignore)
        )

    def plan(self) -> None:
        """Let the planner have its turn."""
        self._planner.step(self._ground.snapshot, self._ground.now)

    def work(self) -> None:
        """Let the worker claim, and write down what has ended."""
        self._worker.step(self._ground.snapshot, 0)

    def keep_time(self) -> None:
        """Let the worker begin what was readied and is due."""
        self._worker.keep_time(self._ground.snapshot)

    def end_all(self) -> None:
        """Let every body come to its end, and have it written down."""
        for run in self.hands.running:
            self.hands.end(run, Completed(f'"by {self.identity}"', 0.1))
        self.write_down()

    def write_down(self) -> None:
        """Write what has ended, and claim nothing."""
        self._worker.step(self._ground.snapshot, 0, claiming=False)

    def rejoin(self, identity: str) -> None:
        """Find out that it has been counted as dead, and go on as another."""
        self._ground.store.announce(identity, "host", 1, self._ground.now)
        self._worker.rejoin(identity)

    @property
    def idle(self) -> bool:
        """Whether it holds no run."""
        return self._worker.idle

    def count_dead(self, identity: str) -> None:
        """Count another runtime as dead, and take its runs over."""
        ground = self._ground
        ground.store.note(identity, stopped=ground.now)
        policies = {name: one.task.policy for name, one in ground.snapshot.tasks.items()}
        end_orphaned_runs(ground.store, policies, ground.now, _ignore, TaskBoundary(_ignore))


def _ignore(_: Event) -> None: ...
