"""Which occurrences of a row are to be recorded, decided purely (rules D6, D8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Misfire, MissedRange, Occurrence, Trigger
from jittask.runtime.task_plan import LATE_AFTER
from jittask.schedule.misfire import decide
from jittask.store.plans import NewRun


def plan_row(
    task: DateFieldTask,
    row_key: str,
    occurrences: Iterable[Occurrence],
    recorded: Collection[tuple[str, datetime]],
    ranges: Sequence[MissedRange],
    now: datetime,
) -> list[NewRun]:
    """Return the runs that a row's occurrences still lack.

    What is to come stands as pending. Of what is past, each row fires the
    latest that stands in no record and in no counted range; the others are
    counted in that run (``misfire`` ``latest``), or none fires (``skip``).
    """
    past: list[Occurrence] = []
    runs: list[NewRun] = []
    for one in occurrences:
        if _known(row_key, one, recorded, ranges):
            continue
        if one.effective > now:
            runs.append(_run(task, row_key, one))
        else:
            past.append(one)
    if not past:
        return runs
    misfire = task.policy.misfire
    if misfire is not Misfire.SKIP or now - past[-1].effective <= LATE_AFTER:
        misfire = Misfire.LATEST
    decision = decide(past, misfire, None, now)
    late = [
        _run(task, row_key, one, late=now - one.effective > LATE_AFTER) for one in decision.fire
    ]
    if late and decision.missed is not None:
        late[-1] = replace(late[-1], missed=decision.missed)
    return late + runs


def _known(
    row_key: str,
    one: Occurrence,
    recorded: Collection[tuple[str, datetime]],
    ranges: Sequence[MissedRange],
) -> bool:
    return all(
        (row_key, nominal) in recorded
        or any(missed.first <= nominal <= missed.last for missed in ranges)
        for nominal in one.nominals
    )


def _run(task: DateFieldTask, row_key: str, one: Occurrence, *, late: bool = False) -> NewRun:
    return NewRun(
        task=task.name,
        row_key=row_key,
        trigger=Trigger.SCHEDULE,
        nominals=one.nominals,
        effective=one.effective,
        priority=task.policy.priority,
        late=late,
    )
