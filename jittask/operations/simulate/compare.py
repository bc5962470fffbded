"""Compares what a simulation gave with what its scenario expects; the differences are values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from jittask.diagnostics import Location
from jittask.model import Trigger
from jittask.operations.simulate.result import Simulated, SimulatedRun, SimulatedStatus
from jittask.operations.simulate.scenario import Expectation, ExpectedFiring

_SHOWN = 20
"""Lines of one difference."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An expectation that is not met."""

    place: Location
    task: str
    message: str
    differences: tuple[str, ...] = ()
    """``-`` what was expected and is not there, ``+`` what is there and was not expected.

    ``~`` what is otherwise; of a wrong number without a sign what is there.
    """


def mismatches(expectations: Sequence[Expectation], found: Simulated) -> list[Mismatch]:
    """Return every expectation that is not met, in their order."""
    by_task: dict[str, list[SimulatedRun]] = {}
    for run in found.runs:
        if run.trigger is Trigger.SCHEDULE:
            by_task.setdefault(run.task, []).append(run)
    checked = (
        _mismatch(expectation, by_task.get(expectation.task, []), found.zone)
        for expectation in expectations
    )
    return [mismatch for mismatch in checked if mismatch is not None]


def nothing_fires(found: Simulated, place: Location) -> tuple[Expectation, ...]:
    """Return what an empty list of expectations means: no firing of any task."""
    tasks = {run.task for run in found.runs if run.status.is_firing}
    return tuple(Expectation(task, None, place, "firings") for task in sorted(tasks))


def _mismatch(
    expectation: Expectation, runs: Sequence[SimulatedRun], zone: ZoneInfo
) -> Mismatch | None:
    fires = expectation.kind != "skipped"
    runs = [
        run for run in runs if run.status.is_firing is fires and expectation.row in (None, run.row)
    ]
    if expectation.kind in ("count", "atLeast", "atMost"):
        return _counted(expectation, runs, zone)
    return _listed(expectation, runs, zone)


def _counted(
    expectation: Expectation, runs: Sequence[SimulatedRun], zone: ZoneInfo
) -> Mismatch | None:
    """Return that the number is another one, with the firings that there were."""
    bound, count = expectation.count, len(runs)
    met = {"count": count == bound, "atLeast": count >= bound, "atMost": count <= bound}
    if met[expectation.kind]:
        return None
    words = {"count": "", "atLeast": "at least ", "atMost": "at most "}[expectation.kind]
    message = f"expected {words}{_firings(bound)}{_of_row(expectation)}, got {count}"
    sign = " " if bound else "+"  # which of several is one too many is not known
    lines = [f"{sign} {_run_line(run, zone)}" for run in runs]
    return Mismatch(expectation.place, expectation.task, message, _first(lines))


def _listed(
    expectation: Expectation, runs: Sequence[SimulatedRun], zone: ZoneInfo
) -> Mismatch | None:
    left = list(runs)
    differences: list[tuple[object, str]] = []
    first: Location | None = None
    for firing in expectation.firings:
        same_instant = [run for run in left if _is_at(firing, run)]
        match = next((run for run in same_instant if not unlike(firing, run)), None)
        near = match or next(iter(same_instant), None)
        if near is not None:
            left.remove(near)
        if match is None:
            first = first or firing.place
            if near is None:
                differences.append((firing.at, f"- {_expected_line(firing, zone)}"))
            else:
                why = "; ".join(unlike(firing, near))
                differences.append((firing.at, f"~ {_run_line(near, zone)}: {why}"))
    if expectation.kind != "includes":
        differences += [(run.at, f"+ {_run_line(run, zone)}") for run in left]
    if not differences:
        return None
    lines = [line for _, line in sorted(differences, key=lambda pair: pair[0])]  # type: ignore[arg-type, return-value]
    word = "skipped" if expectation.kind == "skipped" else "firings"
    also = "to include " if expectation.kind == "includes" else ""
    count = len(expectation.firings)
    what = _firings(count) if word == "firings" else f"{count} skipped"
    message = f"expected {also}{what}{_of_row(expectation)}, got {len(runs)}"
    return Mismatch(first or expectation.place, expectation.task, message, _first(lines))


def _first(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"… and {more} more") if more > 0 else tuple(lines)


def _is_at(firing: ExpectedFiring, run: SimulatedRun) -> bool:
    return firing.at == run.at and firing.row in (None, run.row)


def unlike(firing: ExpectedFiring, run: SimulatedRun) -> list[str]:
    """Return in what a run differs from what was expected of it, besides its instant and row."""
    found = []
    if firing.status is not None and not _is_status(firing.status, run.status):
        found.append(f"expected status {firing.status}, got {run.status}")
    if firing.reason is not None and firing.reason != run.reason:
        found.append(f"expected reason {firing.reason}, got {run.reason or 'none'}")
    if firing.late is not None and firing.late is not run.late:
        found.append(f"expected {_late(firing.late)}, got {_late(run.late)}")
    if firing.nominal is not None and firing.nominal not in run.nominals:
        found.append(f"expected nominal {firing.nominal}, got {run.nominal}")
    if firing.has_result:
        result = None if run.result is None else json.loads(run.result)
        if not _holds(result, firing.result):
            shown = "none" if run.result is None else run.result
            expected = json.dumps(firing.result, ensure_ascii=False)
            found.append(f"expected result {expected}, got {shown}")
    return found


def _is_status(expected: str, status: SimulatedStatus) -> bool:
    return expected == status.value


def _late(late: bool) -> str:
    return "late" if late else "not late"


def _holds(result: Any, expected: Any) -> bool:
    """Whether a result is what is expected; of an object, the expected keys."""
    if isinstance(expected, dict) and isinstance(result, dict):
        return all(key in result and _holds(result[key], value) for key, value in expected.items())
    return bool(result == expected)


def _expected_line(firing: ExpectedFiring, zone: ZoneInfo) -> str:
    row = f"  row {firing.row}" if firing.row is not None else ""
    return f"{firing.at.astimezone(zone):%Y-%m-%d %H:%M:%S}{row}"


def _run_line(run: SimulatedRun, zone: ZoneInfo) -> str:
    row = f"  row {run.row}" if run.row is not None else ""
    return f"{run.at.astimezone(zone):%Y-%m-%d %H:%M:%S}{row}"


def _firings(count: int) -> str:
    return "1 firing" if count == 1 else f"{count} firings" if count else "no firing"


def _of_row(expectation: Expectation) -> str:
    return f" for row {expectation.row}" if expectation.row is not None else ""
