"""A simulation as text: a timeline by days, totals, what is not as expected."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask.cli.formatting import local, one_line, printable
from jittask.cli.table import table_lines
from jittask.model import Trigger
from jittask.operations.simulate.check import Checked
from jittask.operations.simulate.compare import Mismatch
from jittask.operations.simulate.result import Simulated, SimulatedRun, SimulatedStatus

_COLOURS = {
    SimulatedStatus.FAILED: "red",
    SimulatedStatus.SKIPPED: "yellow",
    SimulatedStatus.CANCELLED: "yellow",
    SimulatedStatus.WAITING: "yellow",
}
_DIFFERENCES = {"-": "red", "+": "green", "~": "yellow"}


def timeline_lines(found: Simulated, limit: int) -> Iterator[str]:
    """Yield the first ``limit`` runs, a line each."""
    day = None
    for run in found.runs[:limit]:
        at = run.at.astimezone(found.zone)
        if at.date() != day:
            if day is not None:
                yield ""
            day = at.date()
            yield f"{at:%a %Y-%m-%d}"
        yield _line(run, found.zone)
    if len(found.runs) > limit:
        yield f"… and {len(found.runs) - limit:,} more (-n shows more, --format jsonl all)"


def _line(run: SimulatedRun, zone: ZoneInfo) -> str:
    at = run.at.astimezone(zone)
    row = f"row {one_line(run.row)}" if run.row is not None else ""
    status = click.style(run.status.value, fg=_COLOURS.get(run.status))
    parts = [f"{at:%H:%M:%S}", _own_time(run, zone), run.task, row, status, *_notes(run)]
    return "  " + "  ".join(part for part in parts if part)


def _own_time(run: SimulatedRun, zone: ZoneInfo) -> str:
    """Return the time in the task's zone, where that is another one."""
    if run.zone.key == zone.key:
        return ""
    return f"({run.at.astimezone(run.zone):%a %H:%M} {run.zone.key})"


def _notes(run: SimulatedRun) -> Iterator[str]:
    """Yield what is worth knowing about a run, in one part."""
    notes = []
    if run.trigger is Trigger.ON_FAILURE:
        notes.append("calls policy.onFailure")
    elif len(run.nominals) > 1:
        notes.append(f"{len(run.nominals)} occurrences in one")
    elif run.nominal != run.effective:
        notes.append(f"moved from {run.nominal.astimezone(run.zone):%a %Y-%m-%d %H:%M}")
    if run.late and run.status.is_firing:
        notes.append(f"late, was due {local(run.effective, run.zone)}")
    if run.missed is not None:
        notes.append(
            f"counts {run.missed.count:,} missed since {local(run.missed.first, run.zone)}"
        )
    if run.attempts > 1:
        notes.append(f"{run.attempts} attempts")
    if run.detail:
        notes.append(one_line(run.detail))
    elif run.result not in (None, "null"):
        notes.append(f"result {one_line(run.result or '')}")
    if notes:
        yield "; ".join(notes)


def totals_lines(found: Simulated) -> Iterator[str]:
    """Yield a table of how often each task fired, and how that ended."""
    counts: dict[str, Counter[str]] = {}
    ends: dict[str, tuple[SimulatedRun, SimulatedRun]] = {}
    for run in found.runs:
        counts.setdefault(run.task, Counter())[run.status.value] += 1
        ends[run.task] = (ends.get(run.task, (run, run))[0], run)
    if not counts:
        return
    rows = []
    for task, count in sorted(counts.items()):
        words = ", ".join(f"{number:,} {status}" for status, number in sorted(count.items()))
        first, last = ends[task]
        rows.append([task, words, local(first.at, found.zone), local(last.at, found.zone)])
    yield from table_lines(["TASK", "RUNS", "FIRST", "LAST"], rows)


def trouble_lines(found: Simulated) -> Iterator[str]:
    """Yield what failed, with its traceback, and what could not be simulated."""
    for run in found.failed:
        row = f" row {one_line(run.row)}" if run.row is not None else ""
        when = local(run.at, found.zone)
        yield click.style(f"{run.task}{row} failed at {when}", fg="red", bold=True)
        yield printable_block(run.error or run.detail or "")
    for problem in found.problems:
        label = click.style("not simulated", fg="red", bold=True)
        yield f"{label}: {problem.task}: {one_line(problem.text)}"


def printable_block(text: str) -> str:
    """Return several lines that cannot steer a terminal, moved to the right."""
    return "\n".join(f"  {printable(line)}" for line in text.rstrip().splitlines())


def verdict_lines(checked: Checked, folder: Path) -> Iterator[str]:
    """Yield whether a scenario passed, and each difference with its place."""
    scenario, found = checked.scenario, checked.simulated
    path = shown_path(scenario.file.path)
    firings = sum(run.status.is_firing for run in found.runs)
    word = click.style("ok", fg="green") if checked.passed else click.style("failed", fg="red")
    yield f"{word}  {path}: {one_line(scenario.title)} ({firings:,} firings)"
    for mismatch in checked.mismatches:
        yield from mismatch_lines(mismatch, folder)
    yield from trouble_lines(found) if checked.failed or checked.problems else ()


def mismatch_lines(mismatch: Mismatch, folder: Path) -> Iterator[str]:
    """Yield an expectation that is not met, and the differences."""
    place = mismatch.place
    where = click.style(f"{shown_path(folder / place.file)}:{place.line}:{place.column}", bold=True)
    yield f"{where} {mismatch.task}: {one_line(mismatch.message)}"
    for line in mismatch.differences:
        yield "    " + click.style(printable(line), fg=_DIFFERENCES.get(line[:1]))


def shown_path(path: Path) -> str:
    """Return a path from the current folder; one that leads far away is shown as absolute."""
    absolute = str(path.resolve())
    return min(os.path.relpath(absolute), absolute, key=len)
