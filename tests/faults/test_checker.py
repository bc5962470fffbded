"""Each invariant has a history that violates it, and the checker says so (I1-I8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jittask.model import Attempt, MissedRange, Reason, Run, RunStatus, Trigger
from tests.faults.checker import CHECKS, Body, History, violations

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
KEY = ("tasks.T", "")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def attempt(
    number: int, started: float, finished: float | None, outcome: str | None = "completed"
) -> Attempt:
    end = None if finished is None else at(finished)
    return Attempt(number, "r", "host", "v", at(started), end, outcome, None)


def run(
    number: int, seconds: float, *tries: Attempt, status: RunStatus = RunStatus.COMPLETED
) -> Run:
    ended = status not in (RunStatus.PENDING, RunStatus.EXECUTING)
    return Run(
        id=number, task=KEY[0], row_key=KEY[1], status=status, reason=None, detail=None,
        trigger=Trigger.SCHEDULE, nominal=at(seconds), nominals=(at(seconds),), missed=None,
        effective=at(seconds), due=at(seconds), started=tries[0].started if tries else None,
        finished=at(seconds + 1) if ended else None, attempt=len(tries), version="v",
        result=None, error=None, rerun_of=None, priority=0, late=False, attempts=tries,
    )  # fmt: skip


def completed(number: int, seconds: float) -> Run:
    return run(number, seconds, attempt(1, seconds + 0.1, seconds + 0.9))


def pending(number: int, seconds: float) -> Run:
    return run(number, seconds, status=RunStatus.PENDING)


def body(number: int, began: float, ended: float | None, one: int = 1) -> Body:
    return Body(number, one, at(began), None if ended is None else at(ended))


def expected(*seconds: float) -> dict[tuple[str, str], frozenset[datetime]]:
    return {KEY: frozenset(map(at, seconds))}


INTERRUPTED = run(3, 20, attempt(1, 20.1, 21, "interrupted"), attempt(2, 21.1, 24))
GOOD = History(
    runs=(
        completed(1, 0),
        replace(completed(2, 10), missed=MissedRange(at(2), at(6), 3)),
        INTERRUPTED,
        replace(completed(4, 30), nominals=(at(28), at(30))),
        replace(run(5, 40, status=RunStatus.SKIPPED), reason=Reason.OVERLAP),
        replace(run(6, 50, status=RunStatus.CANCELLED), reason=Reason.EDITED),
        pending(7, 50),
        replace(
            run(8, 45, attempt(1, 45.1, 45.2, "error"), status=RunStatus.FAILED),
            reason=Reason.ERROR,
        ),
        replace(completed(9, 46), trigger=Trigger.RERUN, nominals=(at(45),)),
    ),
    bodies=(
        body(1, 0.2, 0.8),
        body(2, 10.2, 10.8),
        body(3, 20.2, 22),  # it was stopped past its lease, and went on
        body(3, 21.2, 23.9, 2),
        body(4, 30.2, 30.8),
        body(8, 45.1, None),
        body(9, 46.2, 46.8),
    ),
    expected=expected(0, 2, 4, 6, 10, 20, 28, 30, 40, 45),
    caps={KEY[0]: 1},
    healed=at(49),
)


def test_a_history_in_which_all_is_well() -> None:
    assert violations(GOOD) == []


def also(*runs: Run, bodies: tuple[Body, ...] = (), **more: object) -> History:
    """What went well, and something more."""
    return replace(GOOD, runs=(*GOOD.runs, *runs), bodies=(*GOOD.bodies, *bodies), **more)


def instead(number: int, **changes: object) -> History:
    """What went well, but for one record."""
    runs = tuple(replace(one, **changes) if one.id == number else one for one in GOOD.runs)
    return replace(GOOD, runs=runs)


def without(*bodies: Body) -> History:
    return replace(GOOD, bodies=tuple(one for one in GOOD.bodies if one not in bodies))


COUNTED_AGAIN = replace(
    run(20, 11, status=RunStatus.SKIPPED),
    reason=Reason.MISFIRE,
    missed=MissedRange(at(2), at(6), 3),
)

CANCELLED = replace(run(20, 49, status=RunStatus.CANCELLED), reason=Reason.EDITED)

BAD: dict[str, tuple[History, dict[str, int]]] = {
    "lost": (also(expected=expected(0, 1)), {"I1": 2}),
    "counted too few": (instead(2, missed=MissedRange(at(2), at(6), 2)), {"I1": 1}),
    "counted, though recorded": (instead(2, missed=MissedRange(at(0), at(6), 4)), {"I1": 1}),
    "counted twice": (also(COUNTED_AGAIN), {"I1": 3}),
    "counted too few behind the healing": (
        also(
            replace(pending(20, 70), missed=MissedRange(at(60), at(66), 2)),
            expected={KEY: GOOD.expected[KEY] | {at(60), at(63), at(66), at(70)}},
        ),
        {"I1": 1},
    ),
    "lost with its cancelled run": (
        also(CANCELLED, expected={KEY: GOOD.expected[KEY] | {at(49)}}),
        {"I1": 1},
    ),
    "two records": (also(replace(pending(20, 60), nominals=(at(0),))), {"I2": 1}),
    "recorded, and merged into another": (
        also(replace(pending(20, 60), nominals=(at(28),))),
        {"I2": 1},
    ),
    "two bodies of one attempt": (also(bodies=(body(1, 0.85, 0.87),)), {"I3": 1}),
    "two attempts at once": (
        instead(3, attempts=(attempt(1, 20.1, 21, "error"), attempt(2, 21.1, 24))),
        {"I3": 1, "I7": 1},
    ),
    "a body before it is due": (also(completed(20, 60), bodies=(body(20, 59.9, 60.8),)), {"I4": 1}),
    "an attempt before it is due": (
        also(run(20, 60, attempt(1, 59, 61)), bodies=(body(20, 60.1, 60.8),)),
        {"I4": 1},
    ),
    "an attempt that is not kept": (instead(5, attempt=1), {"I5": 1}),
    "executing without an attempt": (also(run(20, 60, status=RunStatus.EXECUTING)), {"I5": 1}),
    "over, with an attempt that is not": (
        also(run(20, 60, attempt(1, 60, None, None))),
        {"I5": 1},
    ),
    "over, but open": (instead(1, finished=None), {"I5": 1}),
    "begun again after it was completed": (
        also(
            run(20, 60, attempt(1, 60, 61), attempt(2, 62, 63)),
            bodies=(body(20, 60.1, 60.9), body(20, 62.1, 62.9, 2)),
        ),
        {"I5": 1},
    ),
    "skipped after it was completed": (instead(1, status=RunStatus.SKIPPED), {"I5": 1}),
    "completed without a body": (without(body(1, 0.2, 0.8)), {"I6": 1}),
    "completed, and cut off": (
        replace(without(body(1, 0.2, 0.8)), bodies=(*GOOD.bodies[1:], body(1, 0.2, None))),
        {"I6": 1},
    ),
    "another body's result": (
        replace(
            without(body(1, 0.2, 0.8)),
            bodies=(*GOOD.bodies[1:], replace(body(1, 0.2, 0.8), result="2")),
        ),
        {"I6": 1},
    ),
    "a body that no record names": (also(bodies=(body(99, 1, 2),)), {"I6": 1}),
    "a body of a skipped run": (also(bodies=(body(5, 40.1, 40.2),)), {"I6": 1}),
    "a body of what was given back": (
        also(
            run(20, 60, attempt(1, 60, 60.1, "pending"), status=RunStatus.PENDING),
            bodies=(body(20, 60.1, None),),
        ),
        {"I6": 1},
    ),
    "a failure without a body": (without(body(8, 45.1, None)), {"I6": 1}),
    "over the cap": (
        also(
            completed(20, 60),
            completed(21, 60.5),
            bodies=(body(20, 60.1, 60.9), body(21, 60.8, 61.4)),
        ),
        {"I7": 1},
    ),
    "over the cap of a task": (
        also(
            replace(completed(20, 60), row_key="1"),
            replace(completed(21, 60.5), row_key="2"),
            bodies=(body(20, 60.1, 61), body(21, 60.9, 62)),
            task_caps={KEY[0]: 1},
        ),
        {"I7": 1},
    ),
    "a body that began before it is due by the clock": (
        also(
            completed(20, 60),
            bodies=(replace(body(20, 60.1, 60.8), clock=at(59.9)),),
        ),
        {"I4": 1},
    ),
    "due, and left pending": (also(pending(20, 48)), {"I8": 1}),
    "left executing": (
        also(run(20, 48, attempt(1, 48, None, None), status=RunStatus.EXECUTING)),
        {"I8": 1},
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_caught(name: str) -> None:
    history, wanted = BAD[name]
    found: dict[str, int] = {}
    for one in violations(history):
        found[one.invariant] = found.get(one.invariant, 0) + 1
    assert found == wanted, "\n".join(map(str, violations(history)))


def test_every_invariant_has_a_history_that_violates_it() -> None:
    assert {invariant for _, wanted in BAD.values() for invariant in wanted} == set(CHECKS)
