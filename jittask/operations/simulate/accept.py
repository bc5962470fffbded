"""Writes what a simulation gave as the expectations of its scenario (rule V9)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jittask.compiler.json_spans import spans
from jittask.model import Trigger
from jittask.operations.errors import OperationError
from jittask.operations.simulate.check import Checked
from jittask.operations.simulate.result import Simulated, SimulatedRun, SimulatedStatus

MOST_LISTED = 50
"""Firings of a task that are listed; of more, only the number is expected."""
_PLAIN = frozenset({SimulatedStatus.FIRES, SimulatedStatus.COMPLETED})


def expectations_of(found: Simulated, tasks: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a simulation gave, as a scenario expects it; a task that does not fire too."""
    by_task: dict[str, list[SimulatedRun]] = {task: [] for task in tasks}
    for run in found.runs:
        if run.trigger is Trigger.SCHEDULE:
            by_task.setdefault(run.task, []).append(run)
    expected = []
    for task, runs in sorted(by_task.items()):
        firings = [run for run in runs if run.status.is_firing]
        skipped = [run for run in runs if not run.status.is_firing]
        entry: dict[str, Any] = {"task": task.removeprefix("tasks.")}
        if len(firings) > MOST_LISTED:
            entry["count"] = len(firings)
        else:
            entry["firings"] = [_firing(run, found.zone) for run in firings]
        if skipped and len(skipped) <= MOST_LISTED:
            entry["skipped"] = [_firing(run, found.zone) for run in skipped]
        expected.append(entry)
    return expected


def _firing(run: SimulatedRun, zone: ZoneInfo) -> str | dict[str, Any]:
    entry: dict[str, Any] = {"at": written(run.at, zone)}
    if run.row is not None:
        entry["row"] = _key(run.row)
    if run.status not in _PLAIN:
        entry["status"] = run.status.value
    if run.reason is not None and not run.status.is_firing:
        entry["reason"] = run.reason
    if run.late:
        entry["late"] = True
    if run.result not in (None, "null"):
        entry["result"] = json.loads(run.result or "null")
    return entry if len(entry) > 1 else str(entry["at"])


def _key(row: str) -> Any:
    """Return a shown row key as it is written: a number or a list as such."""
    try:
        value = json.loads(row)
    except ValueError:
        return row
    return value if isinstance(value, int | list) else row


def written(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant as wall time in a zone; with its offset where that time comes twice."""
    local = instant.astimezone(zone)
    naive = local.replace(tzinfo=None)
    timespec = "microseconds" if local.microsecond else "seconds"
    if naive.replace(tzinfo=zone).astimezone(UTC) == instant.astimezone(UTC):
        return naive.isoformat(" ", timespec)
    return local.isoformat(" ", timespec)


def with_expectations(text: str, expected: Sequence[Mapping[str, Any]]) -> str:
    """Return a scenario's text with other expectations; all else stays as it is written."""
    lines = _lines(expected)
    places = spans(text)
    if ("expect",) in places:
        start, end = places["expect",][1]
        return text[:start] + lines + text[end:]
    end = places[()][1][1] - 1
    before = text[:end].rstrip()
    comma = "" if before.endswith("{") else ","
    return f'{before}{comma}\n  "expect": {lines}\n{text[end:]}'


def _lines(expected: Sequence[Mapping[str, Any]]) -> str:
    """Return expectations as JSON: a line for each firing, so that a review reads them."""
    if not expected:
        return "[]"
    blocks = []
    for entry in expected:
        parts = []
        for key, value in entry.items():
            if isinstance(value, list) and value:
                items = ",\n".join(f"        {_json(item)}" for item in value)
                parts.append(f"      {_json(key)}: [\n{items}\n      ]")
            else:
                parts.append(f"      {_json(key)}: {_json(value)}")
        blocks.append("    {\n" + ",\n".join(parts) + "\n    }")
    return "[\n" + ",\n".join(blocks) + "\n  ]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def accept(checked: Checked) -> int:
    """Write what a scenario gave into its file; return of how many tasks. Raises OperationError."""
    scenario = checked.scenario
    tasks = scenario.given.tasks
    expected = expectations_of(checked.simulated, list(tasks))
    _write(scenario.file.path, with_expectations(scenario.file.source.text, expected))
    return len(expected)


def make_scenario(
    path: Path,
    tree: Path | None,
    start: str,
    end: str,
    data: Path | None,
    tasks: Sequence[str],
    *,
    run: bool,
) -> None:
    """Write a new scenario without expectations; paths in it are relative to it."""
    parts: dict[str, Any] = {"title": path.stem}
    if tree is not None:
        parts["tree"] = _from(path, tree)
    parts |= {"from": start, "to": end}
    if tasks:
        parts["tasks"] = list(tasks)
    if run:
        parts["run"] = True
    if data is None:
        parts["copy"] = True
    else:
        parts["data"] = _from(path, data)
    _write(path, json.dumps(parts, ensure_ascii=False, indent=2) + "\n")


def _from(path: Path, target: Path) -> str:
    return Path(os.path.relpath(target.resolve(), path.parent.resolve())).as_posix()


def _write(path: Path, text: str) -> None:
    """Write a file whole. Raises OperationError."""
    try:
        _replace(path, text)
    except OSError as error:
        raise OperationError(f"{path}: {error.strerror or error}") from error


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
