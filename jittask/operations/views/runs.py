"""A run and its output as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jittask.model import Attempt, Run
from jittask.operations.inspect.records import status_of
from jittask.operations.naming import shown_row_key
from jittask.operations.views.instants import iso
from jittask.operations.views.occurrences import occurrence_view

if TYPE_CHECKING:
    from jittask.operations.inspect.log_lines import LogLine
    from jittask.operations.inspect.run import FoundLines
    from jittask.operations.inspect.timeline import Timeline
    from jittask.store.record_filter import RecordPage, RunCount


def page_view(page: RecordPage, now: datetime) -> dict[str, Any]:
    """Return a page of runs as section 10 has it."""
    return {"records": [run_view(run, now) for run in page.records], "next": page.next}


def timeline_view(found: Timeline, now: datetime) -> dict[str, Any]:
    """Return a row's runs as ``page_view`` does, what comes next, and why nothing does."""
    return page_view(found.page, now) | {
        "upcoming": [occurrence_view(entry) for entry in found.upcoming],
        "remarks": list(found.remarks),
    }


def run_view(run: Run, now: datetime) -> dict[str, Any]:
    """Return a run as section 10 has it; ``now`` decides whether it is overdue."""
    return {
        "id": run.id,
        "task": run.task,
        "row": shown_row_key(run.row_key) or None,
        "status": status_of(run, now),
        "reason": run.reason,
        "detail": run.detail,
        "trigger": run.trigger,
        "nominal": iso(run.nominal),
        "nominals": [iso(nominal) for nominal in run.nominals],
        "missed": run.missed
        and {
            "first": iso(run.missed.first),
            "last": iso(run.missed.last),
            "count": run.missed.count,
        },
        "effective": iso(run.effective),
        "delaySeconds": run.delay.total_seconds(),
        "started": iso(run.started),
        "finished": iso(run.finished),
        "late": run.late,
        "attempt": run.attempt,
        "attempts": [_attempt(attempt) for attempt in run.attempts],
        "version": run.version,
        "result": run.result,
        "error": run.error,
        "rerunOf": run.rerun_of,
        "args": None if run.args is None else json.loads(run.args),
    }


def line_view(line: LogLine) -> dict[str, Any]:
    """Return a line of a run's log."""
    return {
        "attempt": line.attempt,
        "at": iso(line.at),
        "level": line.level,
        "stream": line.stream,
        "text": line.text,
    }


def found_lines_view(found: FoundLines) -> dict[str, Any]:
    """Return the lines of a log that have a text, with their places."""
    return {
        "lines": [{"number": each.number, **line_view(each.line)} for each in found.found],
        "total": found.total,
    }


def counts_view(counts: Mapping[str, RunCount]) -> dict[str, Any]:
    """Return how many runs have each status."""
    return {
        status: {"count": count.number, "capped": count.capped} for status, count in counts.items()
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "runtime": attempt.runtime,
        "host": attempt.host,
        "version": attempt.version,
        "started": iso(attempt.started),
        "finished": iso(attempt.finished),
        "outcome": attempt.outcome,
        "error": attempt.error,
        "peakKb": attempt.peak_kb,
    }
