"""Rows, outages, restarts and edits in random order: the records are the naive model's.

A trial is a seed and a list of steps, each with a seed of its own, so that a
step does the same whichever others are left out: ``shrunk`` leaves out all
that a failure does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jittask.model import Reason, Run, RunStatus
from tests.rows import drawn
from tests.rows.driver import Driver, fired
from tests.rows.model import Fired, NaiveModel, Row, TaskFile

MOMENT = timedelta(seconds=7, milliseconds=250)
"""What a person's change takes, so that no two things happen at one instant."""
MOST_STOPS = 12
RETRY = timedelta(seconds=301)
"""After a fault has ended, the runtime has tried again."""
FORGOTTEN = {Reason.DISABLED, Reason.EDITED, Reason.REMOVED}
START_FIELDS = {"sqlite": ("at", "day"), "postgresql": ("at", "day", "stamp"), "mysql": ("at", "day")}


class Step(NamedTuple):
    name: str
    seed: int


class Machine:
    """One task, one table, one runtime that is up or down; a method for each kind of step."""

    def __init__(self, kind: str, seed: int) -> None:
        chance = Random(seed)
        name, text = chance.choice(drawn.BEGINNINGS)
        now = datetime.fromisoformat(text).replace(tzinfo=UTC) + MOMENT
        self.kind, self.zone = kind, ZoneInfo(name)
        self.days = drawn.days_near(now, self.zone)
        task = TaskFile(
            self.new_timing(chance),
            misfire=chance.choice(["latest", "latest", "skip"]),
            grace=timedelta(seconds=chance.choice([600, 86_400, 300_000])),
            overlap="allow",
        )
        self.driver = Driver(kind, now)
        self.model = NaiveModel(task)
        self.driver.write(task)
        self.up()
        for key in (1, 2):
            self.write_row(key, drawn.row(chance, self.now, task.timing))

    def new_timing(self, chance: Random) -> Any:
        return drawn.timing(chance, self.zone, self.zone, self.days, START_FIELDS[self.kind])

    @property
    def now(self) -> datetime:
        return self.driver.clock.now()

    @property
    def is_up(self) -> bool:
        return self.driver.parts is not None

    def later(self, span: timedelta) -> None:
        self.driver.clock.move_to(self.now + span)

    def close(self) -> None:
        self.driver.close()

    # --- rows

    def put(self, chance: Random) -> None:
        """A row is created, or replaced."""
        self.write_row(chance.randint(1, 3), drawn.row(chance, self.now, self.model.task.timing))

    def move(self, chance: Random) -> None:
        self.edit_row(chance, moved=drawn.minutes(chance))

    def move_away_and_back(self, chance: Random) -> None:
        """I13."""
        key = chance.randint(1, 3)
        row = self.model.rows.get(key)
        if row is not None:
            self.write_row(key, self.moved(row, drawn.minutes(chance)))
            if chance.random() < 0.5:
                self.look()
            self.write_row(key, row)

    def hold(self, chance: Random) -> None:
        """The filter becomes false."""
        self.edit_row(chance, name="held")

    def release(self, chance: Random) -> None:
        """The filter becomes true."""
        self.edit_row(chance, name="ok")

    def empty(self, chance: Random) -> None:
        """The date becomes NULL."""
        self.edit_row(chance, **{self.model.task.timing.cfg["startField"]: None})

    def delete(self, chance: Random) -> None:
        key = chance.randint(1, 3)
        self.later(MOMENT)
        self.driver.table.delete(key)
        self.model.change(key, None, self.now)

    def edit_row(self, chance: Random, *, moved: int | None = None, **values: Any) -> None:
        key = chance.randint(1, 3)
        row = self.model.rows.get(key)
        if row is not None:
            row = row if moved is None else self.moved(row, moved)
            self.write_row(key, row | values)

    def moved(self, row: Row, minutes: int) -> Row:
        timing = self.model.task.timing
        return row | {timing.cfg["startField"]: drawn.value_near(self.now, minutes, timing)}

    def write_row(self, key: int, row: Row) -> None:
        self.later(MOMENT)
        self.driver.table.put(key, row)
        self.model.change(key, row, self.now)

    # --- time

    def advance(self, chance: Random) -> None:
        """Time goes by: the runtime looks at each instant that matters, and somewhat before it."""
        until = self.now + timedelta(minutes=chance.choice([1, 17, 59, 61, 200, 700, 1441, 3000]))
        if not self.is_up:
            self.driver.clock.move_to(until)
            return
        lead = timedelta(minutes=chance.choice([0, 0, 7, 59]))
        upcoming = self.model.upcoming(self.now, until)
        stops = sorted({*upcoming, *(at - lead for at in upcoming)})
        for at in [at for at in stops if at > self.now][:MOST_STOPS]:
            self.driver.clock.move_to(at)
            self.look()
        if len(stops) <= MOST_STOPS:
            self.driver.clock.move_to(until)
            self.look()

    def crash(self, chance: Random) -> None:
        del chance
        self.driver.stop()

    def restart(self, chance: Random) -> None:
        """After a downtime; a crash before it, where the runtime is up."""
        self.driver.stop()
        self.later(timedelta(minutes=chance.choice([0, 3, 65, 400, 1500, 4500])))
        self.up()

    def up(self) -> None:
        self.later(MOMENT)
        self.driver.start()
        self.compare()

    def outage(self, chance: Random) -> None:
        """The business database does not answer, for some looks.

        With ``skip`` the rules leave open whether what waited for it is a misfire.
        """
        if not self.is_up or self.model.task.misfire == "skip":
            return
        self.driver.outage.on = True
        for _ in range(chance.randint(1, 3)):
            self.later(timedelta(minutes=chance.choice([1, 30, 59, 61, 700])))
            self.driver.tick()
            began = [run for run in self.driver.new_records() if run.started]
            assert not began, f"began while the database was away: {began}"
        self.driver.outage.on = False
        self.later(RETRY)
        self.look()

    # --- the task's files

    def edit_the_timing(self, chance: Random) -> None:
        """D7."""
        self.write_task(timing=self.new_timing(chance))

    def disable(self, chance: Random) -> None:
        """D7."""
        del chance
        self.write_task(enabled=False)

    def enable(self, chance: Random) -> None:
        """D7."""
        del chance
        self.write_task(enabled=True)

    def write_task(self, **changes: Any) -> None:
        self.later(MOMENT)
        self.model.task = replace(self.model.task, **changes)
        self.driver.write(self.model.task)
        if self.is_up:
            self.driver.reload()
            self.look()

    # --- what is compared

    def look(self) -> None:
        """Let the runtime, where it is up, and the model look at every row."""
        if self.is_up:
            self.driver.tick()
            self.compare()

    def compare(self) -> None:
        choices = self.model.look(self.now)
        records = self.driver.new_records()
        found = [fired(run) for run in records if run.status is RunStatus.COMPLETED]
        for key in choices.keys() | {record.row for record in found}:
            of_row = [record for record in found if record.row == key] or [None]
            allowed = choices.get(key, [None])
            assert len(of_row) == 1 and of_row[0] in allowed, self.difference(of_row, allowed)
        self.model.adopt(found)
        for run in records:
            self.check_reason(run)
        if self.model.task.enabled:
            assert not self.driver.overdue(), f"due, and not begun at {self.now}"

    def difference(self, found: Sequence[Fired | None], allowed: Sequence[Fired | None]) -> str:
        expected = "\n  or ".join(str(record) for record in dict.fromkeys(allowed))
        events = "\n  ".join(str(event) for event in self.driver.events[-6:])
        return (
            f"at {self.now}\nexpected: {expected}\nthe records have: {found}\n"
            f"{self.model.task}\nrows: {self.model.rows}\nevents: {events}"
        )

    def check_reason(self, run: Run) -> None:
        """What has not begun says why, and it is true."""
        match run.status:
            case RunStatus.COMPLETED:
                assert run.started is not None
                assert run.effective <= run.started, f"before it is due: {run}"
            case RunStatus.CANCELLED:
                reason = run.reason
                assert reason is not None
                why_not = self.model.why_not(fired(run).row, run.effective)
                assert reason in FORGOTTEN or reason.value in why_not, f"{run}, but {why_not}"
            case RunStatus.SKIPPED:
                assert run.reason is Reason.MISFIRE, f"{run}"
            case _:
                raise AssertionError(f"{run}")


WEIGHTS: dict[Callable[[Machine, Random], None], int] = {
    Machine.put: 5,
    Machine.move: 4,
    Machine.move_away_and_back: 3,
    Machine.hold: 2,
    Machine.release: 3,
    Machine.empty: 1,
    Machine.delete: 1,
    Machine.advance: 12,
    Machine.crash: 1,
    Machine.restart: 4,
    Machine.outage: 1,
    Machine.edit_the_timing: 1,
    Machine.disable: 1,
    Machine.enable: 2,
}


def steps_of(seed: int, count: int) -> list[Step]:
    """Return the steps that a seed chooses."""
    chance = Random(seed)
    names = [step.__name__ for step in WEIGHTS]
    chosen = chance.choices(names, weights=list(WEIGHTS.values()), k=count)
    return [Step(name, chance.randrange(10**9)) for name in chosen]


def failure_of(kind: str, seed: int, steps: Sequence[Step]) -> tuple[int, AssertionError] | None:
    """Take the steps; return the number of the one that fails, and what it says."""
    number = 0
    try:
        with closing(Machine(kind, seed)) as machine:
            for number, step in enumerate(steps, 1):
                getattr(machine, step.name)(Random(step.seed))
    except AssertionError as error:
        return number, error
    return None


def shrunk(kind: str, seed: int, steps: Sequence[Step]) -> list[Step]:
    """Leave out each step that a failure does not need."""
    failure = failure_of(kind, seed, steps)
    assert failure is not None
    left = list(steps[: failure[0]])
    for place in reversed(range(len(left))):
        without = [*left[:place], *left[place + 1 :]]
        if failure_of(kind, seed, without) is not None:
            left = without
    return left
