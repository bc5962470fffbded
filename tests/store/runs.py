"""Runs to plan and claim, for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from jittask.model import Trigger
from jittask.store import Store
from jittask.store.claim_types import Choice, Claim, Claimed, DueRun, Executing
from jittask.store.plans import NewRun

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)


def new(task: str = "tasks.A", at: datetime = NOW, *more: datetime, **values: object) -> NewRun:
    return NewRun(task, "", Trigger.SCHEDULE, (at, *more), at, **values)  # type: ignore[arg-type]


def everything(due: Sequence[DueRun], _executing: Sequence[Executing]) -> Choice:
    return Choice(tuple(Claim(run, "v") for run in due), ())


def take(store: Store, runtime: str = "w", now: datetime = NOW) -> tuple[Claimed, ...]:
    return store.take(everything, runtime, now, 100)[1].claimed
