"""What becomes of what people know, and when a message is due (rule R14); pure.

    nothing --wrong--> waiting --sent--> reported --over--> over --sent--> nothing

What is over before it was reported is not reported at all, and what comes back before its end
was is as if it had never ended. So each change of state is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jittask.runtime.notices.conditions import Condition
from jittask.store.notices import NoticeKey, NoticeState, Stage

UNREPORTED = frozenset({Stage.WAITING, Stage.OVER})


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be written."""

    put: tuple[NoticeState, ...] = ()
    gone: tuple[NoticeKey, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.put and not self.gone


def follow(
    known: Mapping[NoticeKey, NoticeState],
    current: Mapping[NoticeKey, Condition],
    reports_end: Callable[[NoticeState], bool],
    now: datetime,
) -> Changes:
    """Return what changes of what is known, by what is wrong now.

    ``reports_end`` says whether the end of something that was reported is to be reported.
    """
    put: list[NoticeState] = []
    gone: list[NoticeKey] = []
    for key, condition in current.items():
        before = known.get(key)
        after = _while_wrong(before, condition, now)
        if after != before:
            put.append(after)
    for key, state in known.items():
        if key in current:
            continue
        if state.stage is Stage.WAITING or not (state.recovers and reports_end(state)):
            gone.append(key)
        elif state.stage is Stage.REPORTED:
            put.append(replace(state, stage=Stage.OVER, changed=now))
    return Changes(tuple(put), tuple(gone))


def _while_wrong(before: NoticeState | None, condition: Condition, now: datetime) -> NoticeState:
    fresh = NoticeState(
        condition.kind, condition.subject, Stage.WAITING, condition.mark, condition.since, now,
        condition.recovers, condition.text,
    )  # fmt: skip
    if before is None:
        return fresh
    if before.mark != condition.mark:
        waits = before.stage is Stage.WAITING
        return replace(fresh, changed=before.changed) if waits else fresh
    match before.stage:
        case Stage.WAITING:
            return replace(fresh, changed=before.changed, since=before.since)
        case Stage.REPORTED:
            return before
        case Stage.OVER:
            return replace(before, stage=Stage.REPORTED, changed=now)


def due(states: Iterable[NoticeState], group_seconds: float, now: datetime) -> list[NoticeState]:
    """Return what is to be reported now: all that waits, once the first has waited for so long.

    A clock that was set back lets nothing wait for longer.
    """
    waiting = [state for state in states if state.stage in UNREPORTED]
    group = timedelta(seconds=group_seconds)
    if any(now - state.changed >= group or state.changed > now for state in waiting):
        return waiting
    return []


def reported(states: Iterable[NoticeState], now: datetime) -> Changes:
    """Return what changes when these have been reported."""
    put = [
        replace(state, stage=Stage.REPORTED, changed=now)
        for state in states
        if state.stage is Stage.WAITING
    ]
    gone = [state.key for state in states if state.stage is Stage.OVER]
    return Changes(tuple(put), tuple(gone))
