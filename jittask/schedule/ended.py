"""Why a timer that has no further occurrence has none (rules D7, V8); pure."""

from __future__ import annotations

from datetime import UTC, datetime

from jittask.schedule.timer import Timer

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def why_ended(timer: Timer, now: datetime) -> tuple[str, str]:
    """Return a code and words: ``never``, ``start-past`` or ``end-past``.

    It is for a timer without an occurrence after ``now``.
    """
    first = timer.after(_EARLIEST)
    if first is None or first.effective > now:
        return "never", "it never fires"
    if timer.end is None:
        return "start-past", "its start has passed, and it does not repeat"
    return "end-past", "its end has passed"
