"""A simulation as JSON: lines of its runs, problems and mismatches, and a summary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from jittask.operations.simulate.compare import Mismatch
from jittask.operations.simulate.result import Problem, Simulated, SimulatedRun
from jittask.operations.views.instants import iso


def simulation_lines(
    found: Simulated, unmet: Sequence[Mismatch] = (), scenario: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the lines of a simulation, each with its ``event``; the summary is the last."""
    for run in found.runs:
        yield {"event": "run", "scenario": scenario, **run_view(run)}
    for problem in found.problems:
        yield {"event": "problem", "scenario": scenario, **problem_view(problem)}
    for mismatch in unmet:
        yield {"event": "mismatch", "scenario": scenario, **mismatch_view(mismatch)}
    yield {"event": "summary", "scenario": scenario, **summary_view(found)}


def run_view(run: SimulatedRun) -> dict[str, Any]:
    """Return a simulated run."""
    missed = run.missed
    return {
        "at": iso(run.at),
        "local": run.at.astimezone(run.zone).isoformat(),
        "zone": run.zone.key,
        "task": run.task,
        "row": run.row,
        "trigger": run.trigger.value,
        "nominal": iso(run.nominal),
        "nominals": [iso(nominal) for nominal in run.nominals],
        "effective": iso(run.effective),
        "status": run.status.value,
        "reason": run.reason,
        "detail": run.detail,
        "attempts": run.attempts,
        "late": run.late,
        "missed": missed
        and {"first": iso(missed.first), "last": iso(missed.last), "count": missed.count},
        "result": None if run.result is None else json.loads(run.result),
        "error": run.error,
        "output": run.output,
    }


def problem_view(problem: Problem) -> dict[str, Any]:
    """Return something that could not be simulated."""
    return {"at": iso(problem.at), "task": problem.task, "text": problem.text}


def mismatch_view(mismatch: Mismatch) -> dict[str, Any]:
    """Return an expectation that is not met; ``file`` is relative to the scenario's folder."""
    place = mismatch.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "pointer": place.pointer,
        "task": mismatch.task,
        "message": mismatch.message,
        "differences": list(mismatch.differences),
    }


def summary_view(found: Simulated) -> dict[str, Any]:
    """Return how many runs each task had, by status."""
    tasks: dict[str, dict[str, int]] = {}
    for run in found.runs:
        counts = tasks.setdefault(run.task, {})
        counts[run.status.value] = counts.get(run.status.value, 0) + 1
    return {
        "from": iso(found.since),
        "to": iso(found.until),
        "ran": found.ran,
        "runs": len(found.runs),
        "tasks": tasks,
        "notes": list(found.notes),
    }
