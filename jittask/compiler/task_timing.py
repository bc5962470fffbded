"""Reads a task's ``timerCfg`` into its timer (rules F4, F5, D7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from sys import intern
from typing import Any

from jittask.compiler.findings import Findings
from jittask.compiler.source import Source
from jittask.compiler.task_files import Surroundings
from jittask.model import AppSettings
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer

WHOLE = 64
"""Digits of a timing digest that are of all; without a date-field task's filter more follow."""
_MORE = 32

_BY_ABSENCE = frozenset(
    {
        "all-days-off", "end-before-start", "end-missing", "holidays-without-calendar",
        "key-without-effect", "minute-cycle-needs-end", "no-occurrence",
    }
)  # fmt: skip
"""What may follow from another mistake in ``timerCfg``, such as a misspelt key."""


def read_timing(
    source: Source, rows: int, wrong: Collection[str], around: Surroundings, findings: Findings
) -> Timer | RowTimer | None:
    """Read the timing; ``wrong``: the keys of ``timerCfg`` with a finding, "" being itself."""
    config = source.data["timerCfg"]
    if wrong:
        config = {key: value for key, value in config.items() if key not in wrong}
    timer, problems = around.checked_timing(config, rows)
    for problem in problems:
        if wrong and (problem.pointer[0] not in config or problem.code in _BY_ABSENCE):
            continue
        place = source.value(("timerCfg", *problem.pointer))
        findings.add(problem.code, place, problem.message, problem.hint)
    return timer


def timing_digest(
    data: Mapping[str, Any], settings: AppSettings, column_zone: str | None = None
) -> str:
    """Digest what the timing means, without the calendar: an edit of it is an activation (D7).

    ``column_zone`` is that of the rows' database, where it has its own (F8). After the digest
    of all, a date-field task has one without its filter, so that an edit of the filter alone
    can be seen: ``jittask.runtime.activation`` compares them.
    """
    timing = {key: value for key, value in data["timerCfg"].items() if key != "calendar"}
    timing.setdefault("timezone", settings.timezone)
    model, expression = data.get("modelPath"), data.get("filter")
    zone = [column_zone] if column_zone is not None else []
    whole = _digest([timing, model, expression, *zone])
    if model is not None:
        whole += _digest([timing, model, *zone])[:_MORE]
    return intern(whole)


def _digest(meaning: list[object]) -> str:
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()
