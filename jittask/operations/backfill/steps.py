"""Which runs a backfill makes: one walk, which the preview counts and the run writes (rule V5).

Decided in steps of bounded size, against what the run store has. An occurrence that
has a run, whatever became of it, gets no other: so a second walk gives nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import Protocol

from jittask.compiler.compiled import CompiledTask, DateFieldTask
from jittask.model import Misfire, MissedRange, Occurrence, Trigger
from jittask.runtime.row_plan import plan_row
from jittask.schedule.misfire import decide
from jittask.store.plans import LATE_AFTER, NewRun

STEP = 500
"""How many occurrences are decided, and at most how many runs are written, at a time."""
BELOW_SCHEDULE = 1_000_000
"""How much lower the priority of a backfilled run is than that of its task's own runs."""
_LEAST_PRIORITY = -(2**31)

Recorded = Collection[tuple[str, datetime]]
"""Row keys and nominals that have a run."""


class History(Protocol):
    """What the run store knows of the past of a task."""

    def recorded(
        self, task: str, occurrences: Sequence[tuple[str, datetime]]
    ) -> set[tuple[str, datetime]]:
        """Return which of these rows and nominals have a run."""

    def missed_ranges(
        self, task: str, row_keys: Sequence[str], since: datetime
    ) -> dict[str, list[MissedRange]]:
        """Return, by row, the ranges that records count as missed."""


class NoHistory:
    """That of a tree in which nothing has run."""

    def recorded(
        self, _task: str, _occurrences: Sequence[tuple[str, datetime]]
    ) -> set[tuple[str, datetime]]:
        """Return nothing."""
        return set()

    def missed_ranges(
        self, _task: str, _row_keys: Sequence[str], _since: datetime
    ) -> dict[str, list[MissedRange]]:
        """Return nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Step:
    """The runs of a part of the walk, and how many of its occurrences have a record."""

    runs: tuple[NewRun, ...]
    occurrences: int
    recorded: int


def steps(
    task: CompiledTask,
    found: Iterable[tuple[str, Occurrence]],
    history: History,
    misfire: Misfire,
    now: datetime,
) -> Iterator[Step]:
    """Yield the steps; ``found`` gives the occurrences of a row together, and is read once.

    ``all`` runs each that has no run of its own, also those that a record counts as
    missed. ``latest`` runs the last of each row, which counts the others; what a
    record counts as missed has its record.
    """
    walk = iter(found)
    last: NewRun | None = None  # with ``latest``: what a row comes to, while it may have more
    while chunk := list(islice(walk, STEP)):
        recorded = history.recorded(task.name, [(key, n) for key, o in chunk for n in o.nominals])
        ranges = _ranges(task, chunk, history, misfire)
        ready: list[NewRun] = []
        known = 0
        for key, group in groupby(chunk, itemgetter(0)):
            occurrences = [occurrence for _, occurrence in group]
            missed = ranges.get(key, ())
            known += sum(_has_record(key, o, recorded, missed) for o in occurrences)
            runs = _runs(task, key, occurrences, recorded, missed, misfire, now)
            if misfire is Misfire.ALL:
                ready += runs
                continue
            if last is not None and last.row_key != key:
                ready.append(last)
                last = None
            for run in runs:
                last = run if last is None else _joined(last, run)
        yield Step(tuple(ready), len(chunk), known)
    if last is not None:
        yield Step((last,), 0, 0)


def spread(runs: Iterable[NewRun], start: datetime, pause: timedelta) -> Iterator[NewRun]:
    """Yield the runs, each to begin a pause after the one before; as they are without a pause."""
    for number, run in enumerate(runs):
        yield replace(run, due=start + number * pause) if pause else run


def _ranges(
    task: CompiledTask,
    chunk: Sequence[tuple[str, Occurrence]],
    history: History,
    misfire: Misfire,
) -> dict[str, list[MissedRange]]:
    if misfire is Misfire.ALL:
        return {}
    since = min(occurrence.nominal for _, occurrence in chunk)
    return history.missed_ranges(task.name, list(dict.fromkeys(key for key, _ in chunk)), since)


def _runs(
    task: CompiledTask,
    key: str,
    occurrences: Sequence[Occurrence],
    recorded: Recorded,
    ranges: Sequence[MissedRange],
    misfire: Misfire,
    now: datetime,
) -> list[NewRun]:
    if isinstance(task, DateFieldTask):
        runs = plan_row(
            task, key, occurrences, recorded, ranges, now,
            trigger=Trigger.BACKFILL, misfire=misfire,
        )  # fmt: skip
    else:
        missing = [o for o in occurrences if not _has_record(key, o, recorded, ranges)]
        runs = _scheduled_runs(task, missing, misfire, now)
    priority = max(_LEAST_PRIORITY, task.policy.priority - BELOW_SCHEDULE)
    return [replace(run, priority=priority, nominals=_free(run, recorded)) for run in runs]


def _scheduled_runs(
    task: CompiledTask, missing: Sequence[Occurrence], misfire: Misfire, now: datetime
) -> list[NewRun]:
    decision = decide(missing, misfire, None, now)
    runs = [
        NewRun(
            task.name, "", Trigger.BACKFILL, occurrence.nominals, occurrence.effective,
            late=now - occurrence.effective > LATE_AFTER,
        )
        for occurrence in decision.fire
    ]  # fmt: skip
    if runs and decision.missed is not None:
        runs[-1] = replace(runs[-1], missed=decision.missed)
    return runs


def _free(run: NewRun, recorded: Recorded) -> tuple[datetime, ...]:
    """Return the nominals that have no run: of merged ones, another run may have some."""
    return tuple(n for n in run.nominals if (run.row_key, n) not in recorded)


def _has_record(
    key: str, occurrence: Occurrence, recorded: Recorded, ranges: Sequence[MissedRange]
) -> bool:
    return all(
        (key, nominal) in recorded
        or any(missed.first <= nominal <= missed.last for missed in ranges)
        for nominal in occurrence.nominals
    )


def _joined(earlier: NewRun, later: NewRun) -> NewRun:
    """Return the later run of a row, which counts the earlier one and what that one counts."""
    spans = [(n, n, 1) for n in earlier.nominals]
    for missed in (earlier.missed, later.missed):
        spans += [] if missed is None else [(missed.first, missed.last, missed.count)]
    firsts, lasts, counts = zip(*spans, strict=True)
    return replace(later, missed=MissedRange(min(firsts), max(lasts), sum(counts)))
