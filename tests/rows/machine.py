"""Rows, outages, restarts and edits in random order: the records are the naive model's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jittask.model import Reason, Run, RunStatus
from tests.rows import drawn
from tests.rows.driver import Driver, fired
from tests.rows.model import Fired, NaiveModel, Row, TaskFile

KEYS = st.integers(1, 3)
MOMENT = timedelta(seconds=7, milliseconds=250)
"""What a person's change takes, so that no two things happen at one instant."""
MOST_STOPS = 12
RETRY = timedelta(seconds=301)
"""After a fault has ended, the runtime has tried again."""
FORGOTTEN = {Reason.DISABLED, Reason.EDITED, Reason.REMOVED}


class Machine(RuleBasedStateMachine):
    """One task, one table, one runtime that is up or down."""

    kind = "sqlite"
    start_fields = ("at", "day")

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(drawn.BEGINNINGS)), "zone")
        text = data.draw(st.sampled_from(drawn.BEGINNINGS[name]), "from")
        now = datetime.fromisoformat(text).replace(tzinfo=UTC) + MOMENT
        self.days = drawn.days_near(now, ZoneInfo(name))
        task = TaskFile(
            self.draw_timing(data, ZoneInfo(name)),
            misfire=data.draw(st.sampled_from(["latest", "latest", "skip"]), "misfire"),
            grace=timedelta(seconds=data.draw(st.sampled_from([600, 86_400, 300_000]), "grace")),
            overlap="allow",
        )
        self.driver = Driver(self.kind, now)
        self.model = NaiveModel(task)
        self.driver.write(task)
        self.up()
        for key in (1, 2):
            self.put(key, data)

    def draw_timing(self, data: st.DataObject, zone: ZoneInfo) -> Any:
        return data.draw(drawn.timings(zone, self.days, list(self.start_fields)), "timing")

    @property
    def now(self) -> datetime:
        return self.driver.clock.now()

    @property
    def is_up(self) -> bool:
        return self.driver.parts is not None

    def later(self, span: timedelta) -> None:
        self.driver.clock.move_to(self.now + span)

    # --- rows

    @rule(key=KEYS, data=st.data())
    def put(self, key: int, data: st.DataObject) -> None:
        """A row is created, moved, or both."""
        self.write_row(key, data.draw(drawn.rows(self.now, self.model.task.timing), "row"))

    @rule(key=KEYS, minutes=drawn.deltas)
    def move(self, key: int, minutes: int) -> None:
        if row := self.model.rows.get(key):
            timing = self.model.task.timing
            value = drawn.value_near(self.now, minutes, timing)
            self.write_row(key, row | {timing.cfg["startField"]: value})

    @rule(key=KEYS, minutes=st.integers(-3000, 3000), seen=st.booleans())
    def move_away_and_back(self, key: int, minutes: int, seen: bool) -> None:
        """I13."""
        if row := self.model.rows.get(key):
            self.move(key, minutes)
            if seen:
                self.look()
            self.write_row(key, row)

    @rule(key=KEYS, name=st.sampled_from(["ok", "held"]))
    def rename(self, key: int, name: str) -> None:
        """The filter becomes true or false."""
        if row := self.model.rows.get(key):
            self.write_row(key, row | {"name": name})

    @rule(key=KEYS)
    def empty(self, key: int) -> None:
        if row := self.model.rows.get(key):
            self.write_row(key, row | {self.model.task.timing.cfg["startField"]: None})

    @rule(key=KEYS)
    def delete(self, key: int) -> None:
        self.later(MOMENT)
        self.driver.table.delete(key)
        self.model.change(key, None, self.now)

    def write_row(self, key: int, row: Row) -> None:
        self.later(MOMENT)
        self.driver.table.put(key, row)
        self.model.change(key, row, self.now)

    # --- time

    @rule(
        minutes=st.sampled_from([1, 17, 59, 61, 200, 700, 1441, 3000]),
        lead=st.sampled_from([0, 0, 7, 59]),
    )
    def advance(self, minutes: int, lead: int) -> None:
        """Time goes by: the runtime looks at each instant that matters, and ``lead`` before it."""
        until = self.now + timedelta(minutes=minutes)
        if self.is_up:
            upcoming = self.model.upcoming(self.now, until)
            before = {at - timedelta(minutes=lead) for at in upcoming}
            stops = sorted(at for at in {*upcoming, *before} if at > self.now)
            for at in stops[:MOST_STOPS]:
                self.driver.clock.move_to(at)
                self.look()
            if len(stops) > MOST_STOPS:
                return
        self.driver.clock.move_to(until)
        self.look()

    @rule(instants=st.integers(1, 5), lead=st.sampled_from([0, 7, 59]))
    def advance_to_the_next(self, instants: int, lead: int) -> None:
        """Time goes by until rows have come due; where the runtime is down, it is not seen."""
        for _ in range(instants):
            upcoming = self.model.upcoming(self.now, self.now + timedelta(days=3))
            if not upcoming:
                return
            for at in (upcoming[0] - timedelta(minutes=lead), upcoming[0]):
                if at > self.now:
                    self.driver.clock.move_to(at)
                    self.look()

    @precondition(lambda self: self.is_up)
    @rule()
    def crash(self) -> None:
        self.driver.stop()

    @precondition(lambda self: not self.is_up)
    @rule(minutes=st.sampled_from([0, 3, 65, 400, 1500, 4500]))
    def restart(self, minutes: int) -> None:
        self.later(timedelta(minutes=minutes))
        self.up()

    def up(self) -> None:
        self.later(MOMENT)
        self.driver.start()
        self.compare()

    @precondition(lambda self: self.is_up and self.model.task.misfire == "latest")
    @rule(minutes=st.lists(st.sampled_from([1, 30, 59, 61, 700]), min_size=1, max_size=3))
    def outage(self, minutes: list[int]) -> None:
        """The business database does not answer, for some looks.

        With ``skip`` the rules leave open whether what waited for it is a misfire.
        """
        self.driver.outage.on = True
        for span in minutes:
            self.later(timedelta(minutes=span))
            self.driver.tick()
            began = [run for run in self.driver.new_records() if run.started]
            assert not began, f"began while the database was away: {began}"
        self.driver.outage.on = False
        self.later(RETRY)
        self.look()

    # --- the task's files

    @rule(data=st.data())
    def edit_the_timing(self, data: st.DataObject) -> None:
        """D7."""
        self.write_task(timing=self.draw_timing(data, self.model.task.timing.zone))

    @rule(enabled=st.booleans())
    def enable_or_disable(self, enabled: bool) -> None:
        """D7."""
        self.write_task(enabled=enabled)

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
        began = [run for run in records if run.status is RunStatus.COMPLETED]
        found = [fired(run) for run in began]
        for key in choices.keys() | {record.row for record in found}:
            of_row = [record for record in found if record.row == key] or [None]
            allowed = choices.get(key, [None])
            assert len(of_row) == 1 and of_row[0] in allowed, self.difference(of_row, allowed)
        self.model.adopt(found)
        for run in records:
            self.check_reason(run)
        if self.model.task.enabled:
            assert not self.driver.overdue(), f"due, and not begun at {self.now}"

    def difference(self, found: list[Fired | None], allowed: list[Fired | None]) -> str:
        one_of = "\n  or ".join(str(record) for record in dict.fromkeys(allowed))
        events = "\n  ".join(str(event) for event in self.driver.events[-6:])
        return f"at {self.now}\nexpected: {one_of}\nthe records have: {found}\nevents: {events}"

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

    @invariant()
    def once(self) -> None:
        """I2: no nominal of a row is in two records."""
        if not hasattr(self, "model"):
            return
        seen = [(record.row, n) for record in self.model.fired for n in record.nominals]
        assert len(seen) == len(set(seen)), seen

    def teardown(self) -> None:
        if hasattr(self, "driver"):
            self.driver.close()


class OnPostgres(Machine):
    """The same on PostgreSQL, also with instants that have a zone."""

    kind = "postgresql"
    start_fields = ("at", "day", "stamp")


class OnMariaDb(Machine):
    """The same on MariaDB."""

    kind = "mysql"
