"""What a backfill is asked to do, checked (rule V5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from jittask.model import Misfire
from jittask.operations.errors import InvalidArgument
from jittask.operations.rows import RowKey

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*/\s*(s|sec|min|m|h)", re.IGNORECASE)
_SECONDS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
_SLOWEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """The occurrences of a task whose effective instants lie in a time; both ends are included."""

    task: str
    """Its name; ``tasks.`` may be left out."""
    since: datetime
    until: datetime
    row: RowKey | None = None
    """Of a date-field task, this row only."""
    misfire: Misfire = Misfire.ALL
    """``all``: each that has no run; ``latest``: of each row, or of a scheduled task, the last."""
    pause: timedelta = timedelta()
    """How long after one run the next may begin; zero: as soon as workers are free."""


def checked(request: BackfillRequest, now: datetime) -> BackfillRequest:
    """Return the request without what is to come. Raises InvalidArgument."""
    if request.until < request.since:
        raise InvalidArgument("to", "the end is before the beginning")
    if request.since > now:
        hint = "what is to come fires by itself; jittask next shows it"
        raise InvalidArgument("from", "a backfill is of the past", hint)
    if request.misfire is Misfire.SKIP:
        raise InvalidArgument("misfire", "expected all or latest: skip would run nothing")
    return BackfillRequest(
        request.task, request.since, min(request.until, now), request.row, request.misfire,
        request.pause,
    )  # fmt: skip


def read_rate(text: str) -> timedelta:
    """Return the pause between two runs at a rate such as ``10/s``, ``30/min`` or ``5/h``.

    Raises InvalidArgument for another text, and for less than one a day.
    """
    match = _RATE.fullmatch(text.strip())
    number = 0.0 if match is None else float(match[1])
    if match is None or number * _SLOWEST.total_seconds() < _SECONDS[match[2].lower()]:
        raise InvalidArgument("rate", f"expected a rate such as 10/s or 30/min, got {text!r}")
    return timedelta(seconds=_SECONDS[match[2].lower()] / number)
