"""Where a task's ``e.json`` names a field that its table lacks, for the reason of a block (R12)."""

from __future__ import annotations

from pathlib import Path

from jittask.compiler.compiled import DateFieldTask
from jittask.compiler.discover import E_JSON
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.read_json import read_json
from jittask.data.databases import NoColumn
from jittask.diagnostics import Location
from jittask.runtime.reasons import reason_of


def placed_reason(error: BaseException, task: DateFieldTask, root: Path) -> str:
    """Return why a duty failed, with the place of the field where that is what failed."""
    place = field_place(task, error.field, root) if isinstance(error, NoColumn) else None
    reason = reason_of(error)
    return reason if place is None else f"{place.file}:{place.line}:{place.column}: {reason}"


def field_place(task: DateFieldTask, field: str, root: Path) -> Location | None:
    """Return where a task's file names a field; None where the file as it is now does not."""
    source = read_json(Files(root), f"{task.name.replace('.', '/')}/{E_JSON}", Findings(None))
    if source is None or not isinstance(source.data, dict):
        return None
    timing, text = source.data.get("timerCfg"), source.data.get("filter")
    for key in ("startField", "endField"):
        if isinstance(timing, dict) and timing.get(key) == field:
            return source.value(("timerCfg", key))
    if task.filter is None or not isinstance(text, str):
        return None
    for condition in task.filter.conditions():
        start, end = condition.field_span.start, condition.field_span.end
        if condition.field == field and field in text[start:end]:
            return source.inside(("filter",), start, end)
    return None
