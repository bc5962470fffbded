"""Rows, outages, restarts and edits in random order: the records are the naive model's.

A trial is a seed and a list of steps, each with a seed of its own, so that a
step does the same whichever others are left out: ``shrunk`` leaves out all
that a failure does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.rows import drawn
from tests.rows.model import Row, TaskFile
from tests.rows.trial import MOMENT, Trial

MOST_STOPS = 12
START_FIELDS = {
    "sqlite": ("at", "day"),
    "postgresql": ("at", "day", "stamp"),
    "mysql": ("at", "day"),
}


class Step(NamedTuple):
    name: str
    seed: int


class Machine(Trial):
    """A trial whose task, rows and steps chance draws; a method for each kind of step."""

    def __init__(self, kind: str, seed: int) -> None:
        chance = Random(seed)
        name, text = chance.choice(drawn.BEGINNINGS)
        now = datetime.fromisoformat(text).replace(tzinfo=UTC) + MOMENT
        self.zone, self.fields = ZoneInfo(name), START_FIELDS[kind]
        self.column_zone = ZoneInfo(chance.choice([name, "UTC", "America/New_York"]))
        self.days = drawn.days_near(now, self.zone)
        task = TaskFile(
            self.new_timing(chance),
            misfire=chance.choice(["latest", "latest", "skip"]),
            grace=timedelta(seconds=chance.choice([600, 86_400, 300_000])),
            overlap="skip",
        )
        super().__init__(kind, now, task)
        for key in (1, 2):
            self.write_row(key, drawn.row(chance, self.now, task.timing))

    def new_timing(self, chance: Random) -> Any:
        return drawn.timing(chance, self.zone, self.column_zone, self.days, self.fields)

    # --- rows

    def put_row(self, chance: Random) -> None:
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
        self.delete_row(chance.randint(1, 3))

    def edit_row(self, chance: Random, *, moved: int | None = None, **values: Any) -> None:
        key = chance.randint(1, 3)
        row = self.model.rows.get(key)
        if row is not None:
            row = row if moved is None else self.moved(row, moved)
            self.write_row(key, row | values)

    def moved(self, row: Row, minutes: int) -> Row:
        timing = self.model.task.timing
        return row | {timing.cfg["startField"]: drawn.value_near(self.now, minutes, timing)}

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
        self.down()

    def restart(self, chance: Random) -> None:
        """After a downtime; a crash before it, where the runtime is up."""
        self.down()
        self.later(timedelta(minutes=chance.choice([0, 3, 65, 400, 1500, 4500])))
        self.up()

    def outage(self, chance: Random) -> None:
        """The business database does not answer, for some looks.

        With ``skip`` the rules leave open whether what waited for it is a misfire.
        """
        if not self.is_up or self.model.task.misfire == "skip":
            return
        spans = [chance.choice([1, 30, 59, 61, 700]) for _ in range(chance.randint(1, 3))]
        self.away(*(timedelta(minutes=minutes) for minutes in spans))

    # --- the task's files

    def edit_the_timing(self, chance: Random) -> None:
        """D7."""
        self.write_task(timing=self.new_timing(chance))

    def edit_the_filter(self, chance: Random) -> None:
        """D7."""
        self.write_task(holds=chance.choice(["held", "ok", "none"]))

    def disable(self, chance: Random) -> None:
        """D7."""
        del chance
        self.write_task(enabled=False)

    def enable(self, chance: Random) -> None:
        """D7."""
        del chance
        self.write_task(enabled=True)


WEIGHTS: dict[Callable[[Machine, Random], None], int] = {
    Machine.put_row: 5,
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
    Machine.edit_the_filter: 2,
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
    taken = 0
    try:
        with closing(Machine(kind, seed)) as machine:
            for step in steps:
                taken += 1
                getattr(machine, step.name)(Random(step.seed))
    except AssertionError as error:
        return taken, error
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
