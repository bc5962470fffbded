"""The clock of the real program is set, an hour on or back; the checker judges (I1-I8)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from jittask.model import AppSettings, Trigger
from tests.faults.conftest import on_each_store
from tests.faults.trial import Trial, rounds_or

pytestmark = pytest.mark.process

HOUR = timedelta(hours=1)


@on_each_store
def test_the_clock_is_set(tmp_path: Path, settings: AppSettings) -> None:
    """Whatever it is set to, a run by hand is claimed: the program does not wait for the time."""
    trial = Trial(tmp_path, settings, rounds_or(6), every={"All": 60}, rows_a_round=1)
    tree = trial.checkout()
    with trial.program(tree) as program:
        program.wait("ready")
        program.wait("finished")
        with trial.store(tree) as store:
            for _ in range(trial.rounds):
                trial.step_the_clock(trial.chance.choice([HOUR, HOUR, -HOUR]))
                run = store.enqueue("tasks.Latest", "", Trigger.MANUAL, trial.now())
                program.wait("finished", run=run)
        trial.set_the_clock_ahead()
        trial.judge(program, tree)
