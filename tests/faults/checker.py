"""Proves from what bodies witnessed, and from the records, that nothing went wrong (I1-I8).

In the manner of the Jepsen analysis of Chronos: a history goes in, the list of
its violations comes out. It reads no database and no clock, so that it can
itself be tested by small histories.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from jittask.model import Attempt, MissedRange, Reason, Run, RunStatus, Trigger

Key = tuple[str, str]
"""Task and row."""

_OPEN = (RunStatus.PENDING, RunStatus.EXECUTING)
_NEVER_BEGAN = frozenset(
    {
        RunStatus.PENDING,  # claimed and given back
        Reason.ROW_GONE,
        Reason.ROW_UNMATCHED,
        Reason.ROW_MOVED,
        Reason.NOT_HANDLED,
    }
)
"""Outcomes of attempts that had no body."""


@dataclass(frozen=True, slots=True)
class Body:
    """One body as it told of itself, by a clock that never steps; one without an end was cut off.

    ``clock`` is what the runtime's clock said when it began, where that one does step.
    """

    run: int
    attempt: int
    began: datetime
    ended: datetime | None
    clock: datetime | None = None
    result: str | None = None
    """What it returned, where it told of that."""


@dataclass(frozen=True, slots=True)
class History:
    """All that is known at the end of a trial."""

    runs: tuple[Run, ...]
    """Every record as it was last seen, those that have been pruned too."""
    bodies: tuple[Body, ...]
    expected: Mapping[Key, frozenset[datetime]] = field(default_factory=dict)
    """The nominals of each key from its activation on; those until ``healed`` must stand."""
    caps: Mapping[str, int] = field(default_factory=dict)
    """By task, how many bodies of one key may run at once."""
    task_caps: Mapping[str, int] = field(default_factory=dict)
    """By task, how many of its bodies may run at once."""
    healed: datetime | None = None
    """What was due by then has had the time to be claimed, and to end."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and how it shows."""

    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


def violations(history: History) -> list[Violation]:
    """Return everything that is wrong with a history."""
    return [
        Violation(invariant, text) for invariant, check in CHECKS.items() for text in check(history)
    ]


# --- I1, I2: one record for each occurrence


def _lost_or_counted_twice(history: History) -> Iterator[str]:
    own, ranges = _own(history.runs), _ranges(history.runs)
    for key, nominals in history.expected.items():
        counted: Counter[datetime] = Counter()
        for run, missed in ranges[key]:
            others = [
                one for one in nominals if missed.first <= one <= missed.last and not own[key][one]
            ]
            counted.update(others)
            if len(others) != missed.count:
                yield (
                    f"{_told(run)} counts {missed.count} from {missed.first} to {missed.last}, "
                    f"where {len(others)} have no record of their own"
                )
        for one in sorted(nominals):
            standing = own[key][one] or counted[one]
            if not standing and (history.healed is None or one <= history.healed):
                yield f"{key} {one} stands in no record"
            if counted[one] > 1:
                yield f"{key} {one} is counted in {counted[one]} ranges"


def _doubled(history: History) -> Iterator[str]:
    for key, nominals in _own(history.runs).items():
        for one, runs in nominals.items():
            if len(runs) > 1:
                yield f"{key} {one} has the runs {', '.join(str(run.id) for run in runs)}"


def _own(runs: Iterable[Run]) -> dict[Key, dict[datetime, list[Run]]]:
    """Return the runs that hold each nominal."""
    found: dict[Key, dict[datetime, list[Run]]] = defaultdict(lambda: defaultdict(list))
    for run in runs:
        if _holds_its_keys(run):
            for nominal in run.nominals:
                found[run.task, run.row_key][nominal].append(run)
    return found


def _ranges(runs: Iterable[Run]) -> dict[Key, list[tuple[Run, MissedRange]]]:
    found: dict[Key, list[tuple[Run, MissedRange]]] = defaultdict(list)
    for run in runs:
        if run.missed is not None:
            found[run.task, run.row_key].append((run, run.missed))
    return found


def _holds_its_keys(run: Run) -> bool:
    """Whether its occurrences are its own: not by hand, and not cancelled before a body began."""
    if run.trigger not in (Trigger.SCHEDULE, Trigger.BACKFILL):
        return False
    return run.status is not RunStatus.CANCELLED or (
        run.attempt > 0 and run.reason not in _NEVER_BEGAN
    )


# --- I3, I7: one claim, and the cap


def _two_at_once(history: History) -> Iterator[str]:
    runs = {run.id: run for run in history.runs}
    for number, bodies in _by_run(history.bodies).items():
        tries = Counter(body.attempt for body in bodies)
        yield from (
            f"run {number} attempt {one} had {count} bodies"
            for one, count in tries.items()
            if count > 1
        )
        for a, b in combinations(sorted(bodies, key=lambda body: body.began), 2):
            run = runs.get(number)
            excused = run is not None and any(_interrupted(run, one) for one in (a, b))
            if a.attempt != b.attempt and a.ended and b.began < a.ended and not excused:
                yield f"run {number}: attempt {b.attempt} began before {a.attempt} ended"


def _over_the_cap(history: History) -> Iterator[str]:
    runs = {run.id: run for run in history.runs}
    by_key: dict[Key, list[Body]] = defaultdict(list)
    by_task: dict[str, list[Body]] = defaultdict(list)
    for body in history.bodies:
        run = runs.get(body.run)
        if run is None or run.trigger is Trigger.ON_FAILURE or _interrupted(run, body):
            continue
        by_key[run.task, run.row_key].append(body)
        by_task[run.task].append(body)
    for key, some in by_key.items():
        yield from _more_at_once(str(key), some, history.caps.get(key[0]))
    for task, some in by_task.items():
        yield from _more_at_once(task, some, history.task_caps.get(task))


def _more_at_once(name: str, bodies: Iterable[Body], cap: int | None) -> Iterator[str]:
    if cap is None:
        return
    ended = [body for body in bodies if body.ended is not None]
    steps = [(body.began, 1) for body in ended] + [(body.ended, -1) for body in ended]
    at_once = 0
    for moment, step in sorted(steps):
        at_once += step
        if step > 0 and at_once > cap:
            yield f"{name}: {at_once} bodies at {moment}, where {cap} may run"


def _by_run(bodies: Iterable[Body]) -> dict[int, list[Body]]:
    found: dict[int, list[Body]] = defaultdict(list)
    for body in bodies:
        found[body.run].append(body)
    return found


def _interrupted(run: Run, body: Body) -> bool:
    """Whether the attempt is known to have lost its claim: nothing outside can be fenced."""
    return any(
        one.number == body.attempt and one.outcome == Reason.INTERRUPTED for one in run.attempts
    )


# --- I4: the time


def _too_early(history: History) -> Iterator[str]:
    runs = {run.id: run for run in history.runs}
    for body in history.bodies:
        run = runs.get(body.run)
        began = body.clock or body.began
        if run is not None and began < run.expected_start:
            yield f"{_told(run)}: a body began {began}, due {run.expected_start}"
    for run in history.runs:
        for one in run.attempts:
            if one.started < run.expected_start:
                due = run.expected_start
                yield f"{_told(run)}: attempt {one.number} {one.started}, due {due}"


# --- I5: the steps


def _illegal(history: History) -> Iterator[str]:
    for run in history.runs:
        for words in _illegal_steps(run):
            yield f"{_told(run)}: {words}"


def _illegal_steps(run: Run) -> Iterator[str]:
    tries = run.attempts
    if [one.number for one in tries] != list(range(1, run.attempt + 1)):
        yield f"has begun {run.attempt} attempts, and keeps {[one.number for one in tries]}"
    if (run.finished is None) != (run.status in _OPEN):
        yield f"finished at {run.finished}"
    for one in tries[:-1]:
        if one.finished is None or one.outcome == RunStatus.COMPLETED:
            yield f"attempt {one.number} ({one.outcome}) was not over when another began"
    last = tries[-1] if tries else None
    match run.status:
        case RunStatus.EXECUTING:
            right = last is not None and last.finished is None
        case RunStatus.COMPLETED | RunStatus.FAILED:
            right = last is not None and _ended_as(last, run.reason or run.status)
        case RunStatus.PENDING | RunStatus.SKIPPED | RunStatus.CANCELLED:
            right = last is None or (last.finished is not None and last.outcome != "completed")
    if not right:
        yield f"its last attempt is {last and last.outcome}"


def _ended_as(last: Attempt, outcome: str) -> bool:
    return last.finished is not None and last.outcome == outcome


# --- I6: the witness


def _disagreeing(history: History) -> Iterator[str]:
    bodies = _by_run(history.bodies)
    known = {(run.id, one.number) for run in history.runs for one in run.attempts}
    for body in history.bodies:
        if (body.run, body.attempt) not in known:
            yield f"a body of run {body.run} attempt {body.attempt}, which no record names"
    for run in history.runs:
        for one in run.attempts:
            mine = [body for body in bodies[run.id] if body.attempt == one.number]
            words = f"{_told(run)}: attempt {one.number} ({one.outcome})"
            if one.outcome == RunStatus.COMPLETED and not any(body.ended for body in mine):
                yield f"{words} has no body that came to its end"
            if one.outcome == Reason.ERROR and not mine:
                yield f"{words} has no body"
            if one.outcome in _NEVER_BEGAN and mine:
                yield f"{words} had a body"
        returned = {body.result for body in bodies[run.id] if body.attempt == run.attempt} - {None}
        if run.status is RunStatus.COMPLETED and returned and run.result not in returned:
            yield f"{_told(run)}: {run.result} is recorded, where its body returned {returned}"


# --- I8: the healing


def _left_standing(history: History) -> Iterator[str]:
    for run in history.runs:
        if history.healed is not None and run.status in _OPEN and run.due <= history.healed:
            yield f"{_told(run)} due {run.due}, healed {history.healed}"


def _told(run: Run) -> str:
    return f"run {run.id} of {run.task} {run.row_key} ({run.status})"


CHECKS: Mapping[str, Callable[[History], Iterator[str]]] = {
    "I1": _lost_or_counted_twice,
    "I2": _doubled,
    "I3": _two_at_once,
    "I4": _too_early,
    "I5": _illegal,
    "I6": _disagreeing,
    "I7": _over_the_cap,
    "I8": _left_standing,
}
"""What proves each invariant; each yields what is wrong, in words."""
