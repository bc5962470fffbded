"""Runs of a runtime that was killed end when it was last seen, not when the next one starts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jittask.model import OnInterrupted, Policy
from jittask.runtime.orphans import end_orphaned_runs
from jittask.runtime.task_boundary import TaskBoundary
from jittask.store import Store
from tests.store.conformance.conftest import app, store
from tests.store.runs import NOW, new, take

__all__ = ["app", "store"]

DOWN = timedelta(hours=5)


@pytest.mark.parametrize("on_interrupted", OnInterrupted)
@pytest.mark.parametrize("beat", [timedelta(seconds=-30), timedelta(seconds=20)])
def test_an_interrupted_attempt_did_not_last_over_the_downtime(
    store: Store, on_interrupted: OnInterrupted, beat: timedelta
) -> None:
    store.announce("killed", "here", 1, NOW - timedelta(minutes=1))
    store.beat("killed", NOW + beat)
    store.plan(NOW, [new()])
    [claim] = take(store, "killed")
    store.note("killed", stopped=NOW + DOWN)
    policies = {"tasks.A": Policy(on_interrupted=on_interrupted)}
    boundary = TaskBoundary(lambda _: None)
    end_orphaned_runs(store, policies, NOW + DOWN, lambda _: None, boundary)
    run = store.run(claim.run.id)
    assert run is not None
    assert run.attempts[0].finished == NOW + max(beat, timedelta(0))
    if on_interrupted is OnInterrupted.FAIL:
        assert run.finished == run.attempts[0].finished
