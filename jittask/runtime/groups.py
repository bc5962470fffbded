"""Named groups of tasks, with a cap and a rate in common (rule R2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from jittask.compiler.compiled import CompiledTask
from jittask.model import Group
from jittask.runtime.snapshot import Snapshot
from jittask.store.claim_types import Choice, Executing
from jittask.store.claims import RATE_WINDOW

Starts = Mapping[str, Sequence[datetime]]
"""When runs of each group have begun within the last minute, in order."""


class Groups:
    """The groups of a snapshot."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        """None: of no snapshot; there are none then."""
        self._groups = {} if snapshot is None else snapshot.app.settings.groups
        self.rated = frozenset(
            name for name, group in self._groups.items() if group.per_minute is not None
        )
        """The groups with a rate."""
        self._members: dict[str, set[str]] = {}
        if snapshot is not None and self._groups:
            for name, running in snapshot.tasks.items():
                group = running.task.policy.group
                if group is not None and group in self._groups:
                    self._members.setdefault(group, set()).add(name)
        self.rated_tasks = self.tasks(self.rated)
        """The tasks of the groups with a rate."""

    def __bool__(self) -> bool:
        return bool(self._groups)

    def tasks(self, groups: Iterable[str]) -> frozenset[str]:
        """Return the tasks of some groups."""
        return frozenset(task for name in groups for task in self._members.get(name, ()))

    def group_of(self, task: CompiledTask) -> tuple[str, Group] | None:
        """Return the group of a task; None where it has none, or one that there is not."""
        name = task.policy.group
        group = None if name is None else self._groups.get(name)
        return None if name is None or group is None else (name, group)

    def room(self, executing: Sequence[Executing], starts: Starts) -> GroupRoom:
        """Return what may still begin beside what executes, and what has begun."""
        return GroupRoom(self, self._executing(executing), starts)

    def _executing(self, executing: Sequence[Executing]) -> Counter[str]:
        if not self._members:
            return Counter()
        group_of = {task: name for name, tasks in self._members.items() for task in tasks}
        return Counter(group_of[run.task] for run in executing if run.task in group_of)


class GroupRoom:
    """Counts what may still begin, by group."""

    def __init__(self, groups: Groups, executing: Counter[str], starts: Starts) -> None:
        self._groups = groups
        self._executing = executing
        self._starts = starts
        self._begun: Counter[str] = Counter()
        self._full: set[str] = set()
        self._resting: set[str] = set()
        self.until: datetime | None = None
        """When the first of the groups that have used up their rate may begin another run."""

    @property
    def full(self) -> frozenset[str]:
        """The tasks that were refused for their group, and the others of that group."""
        return self._groups.tasks(self._full)

    @property
    def resting(self) -> frozenset[str]:
        """The tasks of the groups that have used up their rate until ``until``, or later."""
        return self._groups.tasks(self._resting)

    def has_room(self, task: CompiledTask) -> bool:
        """Whether a run of a task may begin, as far as its group goes."""
        found = self._groups.group_of(task)
        if found is None:
            return True
        name, group = found
        if name in self._full:
            return False
        if group.max_concurrent is not None and self._executing[name] >= group.max_concurrent:
            self._full.add(name)
            return False
        if group.per_minute is None:
            return True
        starts = self._starts.get(name, ())
        begun = len(starts) + self._begun[name]
        if begun < group.per_minute:
            return True
        self._full.add(name)
        if len(starts) >= group.per_minute:  # else this pass has begun the others
            self._resting.add(name)
            next_start = starts[len(starts) - group.per_minute] + RATE_WINDOW
            self.until = next_start if self.until is None else min(self.until, next_start)
        return False

    def take(self, task: CompiledTask) -> str | None:
        """Count a run of a task that begins; return its group, where that has a rate."""
        found = self._groups.group_of(task)
        if found is None:
            return None
        name, group = found
        self._executing[name] += 1
        self._begun[name] += 1
        return name if group.per_minute is not None else None


class Resting:
    """The tasks of groups that have used up their rate, and until when nothing of them begins."""

    def __init__(self) -> None:
        self._tasks: frozenset[str] = frozenset()
        self._until: datetime | None = None

    def note(self, choice: Choice, now: datetime) -> None:
        """Add what a choice has found."""
        if choice.until is not None:
            self._tasks, self._until = (
                self.tasks(now) | choice.resting,
                self.sooner(choice.until, now),
            )

    def tasks(self, now: datetime) -> frozenset[str]:
        """Return the tasks that need not be looked at now."""
        return self._tasks if self._rests(now) else frozenset()

    def sooner(self, at: datetime | None, now: datetime) -> datetime | None:
        """Return the sooner of an instant and the end of the rest."""
        if self._until is None or not self._rests(now):
            return at
        return self._until if at is None else min(at, self._until)

    def _rests(self, now: datetime) -> bool:
        """Whether there is a rest; one far ahead is of a clock that has been set back."""
        return self._until is not None and now < self._until <= now + RATE_WINDOW
