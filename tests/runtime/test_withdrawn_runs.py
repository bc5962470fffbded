"""A run that is cancelled gives its keys back only where no body of it has begun (R1, D5)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jittask.model import OnInterrupted, Policy, Reason, Retry, RunStatus
from jittask.runtime.decisions import ending
from jittask.runtime.executors.protocol import (
    Done,
    Failed,
    Interrupted,
    Outcome,
    TimedOut,
    Unbegun,
    Unjudged,
    Withdrawn,
)
from jittask.store import Store
from tests.services import store_settings
from tests.store.runs import NOW, new, take

POLICY = Policy(retry=Retry(max=3), on_interrupted=OnInterrupted.RERUN)
RUN = new()
FAILED = Failed("ValueError: no", "Traceback\nValueError: no\n", 0.5)
WITHDRAWN = Withdrawn(Reason.ROW_UNMATCHED, "the row no longer passes the filter")
UNJUDGED = Unjudged("it does not answer")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with (
        store_settings("sqlite") as settings,
        Store.open(settings, tmp_path, create=True) as opened,
    ):
        yield opened


@pytest.mark.parametrize(
    ("before", "is_freed"),
    [
        ([], True),
        ([UNJUDGED], True),
        ([Unbegun()], True),
        ([Unbegun(), UNJUDGED, Unbegun()], True),
        ([FAILED], False),
        ([TimedOut(9, "killed after 9 s")], False),
        ([Interrupted("its process ended")], False),
        ([FAILED, UNJUDGED], False),
        ([FAILED, Unbegun()], False),
        ([Unbegun(), FAILED], False),
    ],
    ids=lambda value: (
        "-".join(type(outcome).__name__ for outcome in value) if isinstance(value, list) else None
    ),
)
def test_an_occurrence_is_planned_again_only_where_no_body_of_it_has_begun(
    store: Store, before: list[Outcome], is_freed: bool
) -> None:
    [(run, _)] = store.plan(NOW, [RUN])
    now = NOW
    for outcome in [*before, WITHDRAWN]:
        [claim] = take(store, now=now)
        end = ending(Done(run, claim.token, claim.attempt, outcome), POLICY, now, 0.0)
        assert store.finish([end], now) == [end]
        now = end.retry_at or now
    record = store.run(run)
    assert record is not None
    assert (record.status, record.reason) == (RunStatus.CANCELLED, Reason.ROW_UNMATCHED)

    planned_again = store.plan(now, [RUN])

    assert bool(planned_again) == is_freed


def test_a_run_whose_body_never_began_keeps_its_retries(store: Store) -> None:
    [(run, _)] = store.plan(NOW, [RUN])
    for _ in range(POLICY.retry.max + 1):
        [claim] = take(store)
        end = ending(Done(run, claim.token, claim.attempt, Unbegun()), POLICY, NOW, 0.0)
        assert store.finish([end], NOW) == [end]
    [claim] = take(store)
    failed = ending(Done(run, claim.token, claim.attempt, FAILED), POLICY, NOW, 0.0)
    assert (claim.attempt, failed.status) == (1, RunStatus.PENDING)
