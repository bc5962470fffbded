"""One simulation: a clock that jumps from instant to instant, and what happens at each (V9).

At an instant, in this order: changes that others make, looks at rows, plans of
scheduled tasks, the runs that are due. A body takes no simulated time.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.clock import FixedClock
from jittask.compiler.compiled import Compilation, CompiledTask, DateFieldTask, ScheduledTask
from jittask.operations.errors import Conflict
from jittask.operations.simulate.agenda import Agenda
from jittask.operations.simulate.happenings import Happening
from jittask.operations.simulate.result import Problem, SimulatedRun
from jittask.operations.simulate.row_looks import RowLooks
from jittask.operations.simulate.run_steps import RunSteps
from jittask.operations.times import TICK
from jittask.runtime.decisions import choose
from jittask.runtime.reasons import reason_of
from jittask.runtime.snapshot import first_snapshot
from jittask.runtime.task_plan import Plan, plan_task
from jittask.store.control import Pause
from jittask.store.watermarks import Watermark

if TYPE_CHECKING:
    from jittask.data.app_data import AppData
    from jittask.operations.simulate.functions import Functions

MAX_ROUNDS = 100
"""How often runs of one instant may make further runs of that instant."""

Progress = Callable[[datetime], None]
"""Is called with each simulated instant."""


class Simulation:
    """Simulates the tasks of a compilation from ``since`` up to and including ``until``."""

    def __init__(
        self,
        compilation: Compilation,
        tasks: Mapping[str, CompiledTask],
        data: AppData,
        functions: Functions,
        clock: FixedClock,
        until: datetime,
        happenings: Sequence[Happening] = (),
        progress: Progress = lambda _: None,
    ) -> None:
        """``clock`` is at the beginning; ``happenings`` are in the order of their instants."""
        self._clock = clock
        self._until = until
        self._progress = progress
        self._tasks = dict(tasks)
        self._snapshot = first_snapshot(compilation, {}, {}, clock.now())
        self._agenda = Agenda()
        self._marks: dict[str, Watermark] = {}
        self._plans: list[tuple[datetime, str]] = []
        self._happenings = list(reversed(happenings))
        self._pauses: dict[str, Pause] = {}
        self._down = False
        self._problems: dict[tuple[str, str], Problem] = {}
        dated = (task for task in tasks.values() if isinstance(task, DateFieldTask))
        self.rows = RowLooks(dated, data, self._agenda, self._report, until)
        self._steps = RunSteps(self._tasks, self._agenda, functions, clock, self._report)

    @property
    def runs(self) -> tuple[SimulatedRun, ...]:
        """The runs that have ended, and those that wait for another attempt, in order."""
        return self._steps.in_order()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be simulated, each once."""
        return tuple(self._problems.values())

    def run(self) -> None:
        """Simulate to the end. Raises Conflict where a function keeps making work for itself."""
        self._plans = [
            (self._clock.now(), task.name)
            for task in self._tasks.values()
            if isinstance(task, ScheduledTask)
        ]
        heapq.heapify(self._plans)
        self._step(self._clock.now())
        while (instant := self._next()) is not None and instant <= self._until:
            self._clock.move_to(max(instant, self._clock.now()))
            self._progress(instant)
            self._step(self._clock.now())

    def _next(self) -> datetime | None:
        times = [self._happenings[-1].at] if self._happenings else []
        if not self._down:
            times += [self._plans[0][0]] if self._plans else []
            times += [at for at in (self._agenda.next(), self.rows.next()) if at is not None]
        return min(times, default=None)

    def _step(self, now: datetime) -> None:
        while self._happenings and self._happenings[-1].at <= now:
            self._happenings.pop().happen(self, now)
        if self._down:
            return
        self.rows.look(now)
        self._plan(now)
        rounds = 0
        while self._pass(now):
            known = self._agenda.count
            self.rows.look(now)
            rounds += any(run.number > known for run in self._agenda.due(now))
            if rounds > MAX_ROUNDS:
                self._refuse_more(now)

    def _refuse_more(self, now: datetime) -> None:
        task = self._steps.last_task
        raise Conflict(
            f"{task} makes runs for itself without end at {now.isoformat()}",
            "its function makes or moves a row so that it fires at once; give it a later date",
        )

    # --- what happenings do

    def go_down(self, now: datetime) -> None:
        """Stop planning and running, as a runtime that is down."""
        self._down = True
        self.rows.pause(now)

    def come_up(self) -> None:
        """Start again; what was missed is decided by each task's misfire policy (D8, R2)."""
        self._down = False
        waiting = {name for _, name in self._plans}
        self._plans = [(self._clock.now(), name) for name in sorted(waiting)]

    def switch(self, name: str, now: datetime, *, enabled: bool) -> None:
        """Enable or disable a task, as an edit of its ``e.json`` does."""
        task = self._tasks[name] = replace(self._tasks[name], enabled=enabled)
        if isinstance(task, DateFieldTask):
            self.rows.switch(task)
        else:
            self._plans = [entry for entry in self._plans if entry[1] != name]
            heapq.heapify(self._plans)
            heapq.heappush(self._plans, (now, name))

    def pause(self, pause: Pause) -> None:
        """Pause a task."""
        self._pauses[pause.task] = pause

    def resume(self, name: str) -> None:
        """End the pause of a task."""
        self._pauses.pop(name, None)

    # --- plans and runs

    def _plan(self, now: datetime) -> None:
        while self._plans and self._plans[0][0] <= now:
            _, name = heapq.heappop(self._plans)
            task = self._tasks[name]
            assert isinstance(task, ScheduledTask)
            pending = self._agenda.pending(name)
            try:
                plan = plan_task(task, self._marks.get(name), pending, now)
            except Exception as error:  # the runtime blocks this task alone
                self._report(name, reason_of(error))
            else:
                self._carry_out(plan, now)

    def _carry_out(self, plan: Plan, now: datetime) -> None:
        name = plan.mark.task
        for closing in plan.close:
            self._steps.close(closing, now)
        for run in self._agenda.add(plan.create):
            if run.new.status.value != "pending":
                self._steps.not_run(run, now)
        self._marks[name] = plan.mark
        if plan.again is not None:
            heapq.heappush(self._plans, (plan.again, name))

    def _pass(self, now: datetime) -> bool:
        """Begin the runs that may begin, and end those that are skipped; say whether any were."""
        due = self._agenda.due(now)
        if not due:
            return False
        paused = {name: pause for name, pause in self._pauses.items() if pause.is_active(now)}
        choice = choose([run.due_run for run in due], self._snapshot, (), len(due), now, paused)
        for skip in choice.skip:
            self._steps.skip(skip, now)
        for claim in choice.claim:
            self._steps.begin(claim, now)
        return bool(choice.skip or choice.claim)

    def _report(self, task: str, text: str) -> None:
        self._problems.setdefault((task, text), Problem(self._clock.now(), task, text))


def beginning(since: datetime) -> FixedClock:
    """Return a clock that is just before ``since``: what fires at ``since`` counts."""
    return FixedClock(since - TICK)
