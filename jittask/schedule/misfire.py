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


def decide(
    due: Iterable[Occurrence], misfire: Misfire, grace_seconds: float | None, now: datetime
) -> MisfireDecision:
    """Decide by policy: ``latest`` fires the last, ``all`` each, ``skip`` none.

    One that is more than ``grace_seconds`` late never fires. Reads ``due``
    once, in order, and holds one occurrence at a time unless all fire.
    """
    fire: list[Occurrence] = []
    missed: MissedRange | None = None
    reason: Reason | None = None
    for occurrence in due:
        too_late = (
            grace_seconds is not None
            and (now - occurrence.effective).total_seconds() > grace_seconds
        )
        if too_late or misfire is Misfire.SKIP:
            missed = _with(missed, occurrence)
            reason = Reason.GRACE if too_late else Reason.MISFIRE
            continue
        if misfire is Misfire.LATEST and fire:
            missed, reason = _with(missed, fire.pop()), Reason.MISFIRE
        fire.append(occurrence)
    return MisfireDecision(tuple(fire), missed, reason)


def _with(missed: MissedRange | None, occurrence: Occurrence) -> MissedRange:
    if missed is None:
        return MissedRange(
            occurrence.nominals[0], occurrence.nominals[-1], len(occurrence.nominals)
        )
    last = max(missed.last, occurrence.nominals[-1])
    first = min(missed.first, occurrence.nominals[0])
    return MissedRange(first, last, missed.count + len(occurrence.nominals))
