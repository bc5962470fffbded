"""Since when the occurrences of a task count, decided purely (rule D7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jittask.compiler.compiled import CompiledTask
from jittask.compiler.task_timing import WHOLE
from jittask.model import Reason
from jittask.store.watermarks import Watermark

DEFAULT_GRACE = timedelta(seconds=86_400)
"""How long an occurrence may be late, or a task absent, where its policy sets nothing (D6, D7)."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A task's mark as it is now; ``void`` says why earlier pending runs are no longer valid."""

    mark: Watermark
    void: Reason | None = None


def activate(task: CompiledTask, mark: Watermark | None, now: datetime) -> Activation:
    """Return the mark to plan from.

    A task that is new, has a new timing, is enabled again, or returns after
    more than its grace is activated: nothing before ``now`` fires by itself. A
    restart, a calendar edit and a new function activate nothing. A new filter counts
    from where the rows were last looked through with the old one: what came due since
    then fires, and of the rows that it lets in, none that came due before. Runs that are
    planned stay, because a row is tested again when its run begins (D5).
    """
    if mark is None:
        return Activation(_fresh(task, now))
    if not task.enabled:
        fresh = replace(_fresh(task, now), activated=mark.activated)
        return Activation(fresh, void=Reason.DISABLED)
    all_same = mark.timing_digest[:WHOLE] == task.timing_digest[:WHOLE]
    if not mark.enabled or not (all_same or _only_the_filter_differs(mark, task)):
        return Activation(_fresh(task, now), void=Reason.EDITED)
    if mark.vanished is not None and now - mark.vanished > grace(task):
        return Activation(_fresh(task, now), void=Reason.REMOVED)
    same = replace(mark, timing_digest=task.timing_digest, version=task.version, vanished=None)
    if all_same:  # an equal mark is not written
        return Activation(mark if same == mark else same)
    return Activation(replace(same, activated=max(mark.activated, min(mark.planned_until, now))))


def _only_the_filter_differs(mark: Watermark, task: CompiledTask) -> bool:
    without = task.timing_digest[WHOLE:]
    return bool(without) and mark.timing_digest[WHOLE:] == without


def _fresh(task: CompiledTask, now: datetime) -> Watermark:
    return Watermark(
        task=task.name,
        activated=now,
        timing_digest=task.timing_digest,
        version=task.version,
        planned_until=now,
        walked_until=now,
        enabled=task.enabled,
    )


def grace(task: CompiledTask) -> timedelta:
    """Return how late an occurrence of the task may still fire by itself."""
    seconds = task.policy.grace_seconds
    return DEFAULT_GRACE if seconds is None else timedelta(seconds=seconds)
