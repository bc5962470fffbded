"""What the event ``Ready`` says: what fires next, and which tasks will not fire (rule V8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from jittask import zonedata
from jittask.compiler.compiled import ScheduledTask
from jittask.model import Occurrence
from jittask.runtime.events import NotFiring, Ready
from jittask.runtime.snapshot import Snapshot
from jittask.schedule.ended import why_ended
from jittask.schedule.timer import Followers
from jittask.store import Store
from jittask.store.blocked_tasks import BlockedTask
from jittask.store.control import Pause


def ready(
    snapshot: Snapshot, store: Store, now: datetime, blocked: Sequence[BlockedTask] = ()
) -> Ready:
    """Return the event that says that the runtime runs, and which tasks will not fire (V8)."""
    followers = Followers()
    following: dict[str, Occurrence | None] = {}
    for name, running in snapshot.tasks.items():
        if running.task.enabled and isinstance(running.task, ScheduledTask):
            with suppress(Exception):  # a timer that fails has been reported by the planner
                following[name] = followers.after(running.task.timer, now)
    upcoming = (
        (occurrence.effective, name)
        for name, occurrence in following.items()
        if occurrence is not None
    )
    soonest = min(upcoming, default=None)
    never = frozenset(name for name, occurrence in following.items() if occurrence is None)
    settings = snapshot.app.settings
    return Ready(
        at=now,
        root=str(snapshot.app.root),
        tasks=len(snapshot.tasks),
        workers=settings.runtime.workers,
        executor=settings.runtime.executor,
        store=store.place,
        zone=settings.timezone,
        next_task=soonest[1] if soonest else None,
        next_at=soonest[0] if soonest else None,
        not_firing=tuple(_not_firing(snapshot, never, store.pauses(), blocked, now)),
    )


def _not_firing(
    snapshot: Snapshot,
    never: frozenset[str],
    pauses: Mapping[str, Pause],
    blocked: Sequence[BlockedTask],
    now: datetime,
) -> list[NotFiring]:
    """Return what will not fire; ``never``: the tasks without an occurrence after ``now``."""
    zone = zonedata.zone(snapshot.app.settings.timezone)
    found: list[NotFiring] = []
    reasons = {entry.task: entry.describe(zone) for entry in blocked}
    for name, findings in snapshot.broken.items():
        if name not in snapshot.tasks:
            found.append(NotFiring(name, "broken", findings[0].message))
    for name, running in snapshot.tasks.items():
        task = running.task
        if not task.enabled:
            found.append(NotFiring(name, "disabled", "enable is 0"))
        elif name in pauses and pauses[name].is_active(now):
            found.append(NotFiring(name, "paused", pauses[name].describe(zone)))
        elif name in reasons:
            found.append(NotFiring(name, "blocked", reasons[name]))
        elif name in never and isinstance(task, ScheduledTask):
            found.append(NotFiring(name, *why_ended(task.timer, now)))
    return sorted(found, key=lambda entry: entry.task)
