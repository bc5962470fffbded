"""What becomes of occurrences that came due while nothing ran, decided purely (rule R2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from jittask.model import Misfire, MissedRange, Occurrence, Reason


@dataclass(frozen=True, slots=True)
class MisfireDecision:
    """Which fire, and the range of those that do not: its reason is why."""

    fire: tuple[Occurrence, ...]
    missed: MissedRange | None = None
    missed_reason: Reason | None = None
    last_missed: Occurrence | None = None
    """The last one of them."""
    missed_before: MissedRange | None = None
    """The missed ones without it."""


def decide(
    due: Iterable[Occurrence], misfire: Misfire, grace_seconds: float | None, now: datetime
) -> MisfireDecision:
    """Decide by policy: ``latest`` fires the last, ``all`` each, ``skip`` none.

    One that is more than ``grace_seconds`` late never fires. Reads ``due``
    once, in order, and holds one occurrence at a time unless all fire.
    """
    fire: list[Occurrence] = []
    missed: MissedRange | None = None
    before: MissedRange | None = None
    last: Occurrence | None = None
    reason: Reason | None = None
    for occurrence in due:
        too_late = (
            grace_seconds is not None
            and (now - occurrence.effective).total_seconds() > grace_seconds
        )
        if too_late or misfire is Misfire.SKIP:
            before, missed, last = missed, _with(missed, occurrence), occurrence
            reason = Reason.GRACE if too_late else Reason.MISFIRE
            continue
        if misfire is Misfire.LATEST and fire:
            last = fire.pop()
            before, missed, reason = missed, _with(missed, last), Reason.MISFIRE
        fire.append(occurrence)
    return MisfireDecision(tuple(fire), missed, reason, last, before)


def _with(missed: MissedRange | None, occurrence: Occurrence) -> MissedRange:
    if missed is None:
        return MissedRange(
            occurrence.nominals[0], occurrence.nominals[-1], len(occurrence.nominals)
        )
    last = max(missed.last, occurrence.nominals[-1])
    first = min(missed.first, occurrence.nominals[0])
    return MissedRange(first, last, missed.count + len(occurrence.nominals))
