"""One date-field task on one table: what is done to the program is done to the naive model too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from jittask.model import Reason, Run, RunStatus
from tests.rows.driver import Driver, fired
from tests.rows.model import Fired, NaiveModel, Row, TaskFile

MOMENT = timedelta(seconds=7, milliseconds=250)
"""What a person's change takes, so that no two things happen at one instant."""
RETRY = timedelta(seconds=301)
"""After a fault has ended, the runtime has tried again."""
FORGOTTEN = {Reason.DISABLED, Reason.EDITED, Reason.REMOVED}
EMPTY: Row = {"name": "ok", "at": None, "stamp": None, "day": None, "ends": None, "until": None}


class Trial:
    """The runtime is up from the first; each look compares its records with the model's."""

    def __init__(
        self, kind: str, now: datetime, task: TaskFile, model: type[NaiveModel] = NaiveModel
    ) -> None:
        self.kind = kind
        self.driver = Driver(kind, now)
        self.model = model(task)
        try:
            self.driver.write(task)
            self.up()
        except BaseException:
            self.close()
            raise

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

    # --- what is done

    def write_row(self, key: int, row: Row) -> None:
        """Create a row, or write it again."""
        self.later(MOMENT)
        self.driver.table.put(key, row)
        self.model.change(key, row)

    def put(self, key: int = 1, **values: Any) -> None:
        """Create a row with these values, and others empty."""
        self.write_row(key, EMPTY | values)

    def edit(self, key: int = 1, **values: Any) -> None:
        """Change values of a row."""
        self.write_row(key, self.model.rows[key] | values)

    def delete_row(self, key: int = 1) -> None:
        self.later(MOMENT)
        self.driver.table.delete(key)
        self.model.change(key, None)

    def look_at(self, *instants: datetime) -> None:
        """Let time go by, and look at each of these instants."""
        for at in instants:
            self.driver.clock.move_to(at)
            self.look()

    def down(self) -> None:
        self.driver.stop()

    def up(self) -> None:
        self.later(MOMENT)
        self.driver.start()
        self.compare()

    def away(self, *spans: timedelta) -> None:
        """Let the business database not answer, for some looks; then look again."""
        self.driver.outage.on = True
        for span in spans:
            self.later(span)
            self.driver.tick()
            began = [run for run in self.driver.new_records() if run.started]
            assert not began, f"began while the database was away: {began}"
        self.driver.outage.on = False
        self.later(RETRY)
        self.look()

    def write_task(self, **changes: Any) -> None:
        """Edit the task's files."""
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
            if self.model.task.misfire == "skip":  # where they are counted is left open
                of_row, allowed = _uncounted(of_row), _uncounted(allowed)
            assert len(of_row) == 1, self.difference(of_row, allowed)
            assert of_row[0] in allowed, self.difference(of_row, allowed)
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
            case RunStatus.CANCELLED if run.reason is Reason.MISFIRE:
                assert self.model.is_missed(fired(run).row, run.nominal), f"{run}"
            case RunStatus.CANCELLED:
                reason = run.reason
                assert reason is not None
                why_not = self.model.why_not(fired(run).row, run.effective)
                assert reason in FORGOTTEN or reason.value in why_not, f"{run}, but {why_not}"
            case RunStatus.SKIPPED:
                assert run.reason is Reason.MISFIRE, f"{run}"
            case _:
                raise AssertionError(f"{run}")


def _uncounted(records: Sequence[Fired | None]) -> list[Fired | None]:
    return [record and record._replace(missed=None) for record in records]
