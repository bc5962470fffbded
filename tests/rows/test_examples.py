"""Date-field tasks by examples: each rule of section 4, and one bad row among others (D9)."""

from __future__ import annotations

from typing import Any

import pytest

from jittask.model import RunStatus
from jittask.schedule.row_timer import RowTimer
from tests.rows.driver import fired
from tests.rows.examples import EXAMPLES, HOUR, NOW, Open, hours, naive, task
from tests.rows.trial import Trial


@pytest.mark.parametrize(
    "name",
    EXAMPLES,
)
def test_an_example(name: str, begin: Open) -> None:
    EXAMPLES[name](begin)


FAILS_FOR_TWO = "def customFunc(rowData):\n    assert rowData.id.value != 2, 'a bad row'\n"


def statuses(trial: Trial) -> dict[int, RunStatus]:
    return {fired(run).row: run.status for run in trial.driver.new_records()}


def test_a_body_that_fails_for_one_row_stops_no_other(begin: Open) -> None:
    """D9: one run and one error each."""
    trial = begin(task())
    trial.driver.tree.write("tasks/Row/inner.py", FAILS_FOR_TWO)
    trial.driver.reload()
    for key in (1, 2, 3):
        trial.put(key, at=naive(NOW + HOUR))
    trial.driver.clock.move_to(NOW + HOUR)
    trial.driver.tick()
    done, failed = RunStatus.COMPLETED, RunStatus.FAILED
    assert statuses(trial) == {1: done, 2: failed, 3: done}


def test_a_row_whose_dates_cannot_be_computed_stops_no_other(
    begin: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D9."""
    timer_of = RowTimer.timer_of
    bad = naive(NOW + 1.5 * HOUR)

    def fails_for_one(self: RowTimer, row: Any, *zone: Any) -> object:
        if row["at"] == bad:
            raise ValueError("a bad row")
        return timer_of(self, row, *zone)

    monkeypatch.setattr(RowTimer, "timer_of", fails_for_one)
    trial = begin(task())
    trial.put(1, at=naive(NOW + HOUR))
    trial.put(2, at=bad)
    trial.put(3, at=naive(NOW + 2 * HOUR))
    for at in hours(0.9, 1, 1.5, 2):
        trial.driver.clock.move_to(at)
        trial.driver.tick()
    assert statuses(trial) == {1: RunStatus.COMPLETED, 3: RunStatus.COMPLETED}
