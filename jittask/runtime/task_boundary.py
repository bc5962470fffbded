"""Keeps what fails in a duty of one task to that task: blocked, recorded, tried again (rule R12).

Every place of the runtime that touches a row, a table or a timer for one task
does so inside ``of``. The places are listed in ``docs/design/running.md``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from jittask.runtime.events import Blocked, Event, Unblocked
from jittask.runtime.reasons import reason_of
from jittask.store import Store, StoreError
from jittask.store.blocked_tasks import BlockedTask, BlockKey

FIRST_PAUSE = 5.0
"""Seconds before the second try; ``scanSeconds`` where that is less."""
LONGEST_PAUSE = 300.0


class Fault(StrEnum):
    """What fails for a blocked task; stable, for programs."""

    PLAN = "plan-failed"
    """Its next occurrence cannot be computed or written."""
    SCAN = "scan-failed"
    """Its rows cannot be looked for."""
    ROW = "row-failed"
    """The occurrences of a row cannot be computed; its other rows fire."""
    TABLE = "table-failed"
    """Its model's missing table cannot be created."""
    BUNDLE = "bundle-failed"
    """Its files cannot be kept for its workers; it does not run."""
    RELOAD = "reload-failed"
    """The files of its new version cannot be kept; the version before keeps running."""
    CLAIM = "claim-failed"
    """A due run of it cannot be handed to a worker; its runs wait."""
    ROW_CHECK = "row-check-failed"
    """A due row cannot be read again; its runs wait."""
    QUEUE = "queue-unserved"
    """No worker takes its runs; they wait."""
    ORPHAN = "orphan-failed"
    """A run that a killed runtime left cannot be ended as its policy says."""
    OUTCOME = "outcome-failed"
    """What follows from the end of a run cannot be decided as its policy says."""


OF_BUNDLES = frozenset({Fault.BUNDLE, Fault.RELOAD})
"""What a reload tries again."""

HOLDING = frozenset({Fault.CLAIM, Fault.ROW_CHECK})
"""What keeps a task's due runs from being claimed until the next try; BUNDLE, until its end."""

OF_LEADER = frozenset({Fault.PLAN, Fault.SCAN, Fault.ROW, Fault.TABLE, Fault.ORPHAN})
"""What only the runtime that plans can find, and end."""

_NOTHING_TRIES_AFTER = timedelta(seconds=60)
"""For how long after its next try a fault may stay untried, beside three scans.

Nothing needs the duty any more then: no run waits for it, or the task has another model.
"""


class TaskBoundary:
    """What is blocked, as this runtime knows it; safe to call from several threads."""

    def __init__(self, emit: Callable[[Event], None], scan_seconds: float = FIRST_PAUSE) -> None:
        self._emit = emit
        self._scan_seconds = scan_seconds
        self._lock = threading.Lock()
        self._known: dict[BlockKey, BlockedTask] = {}
        self._reported: set[BlockKey] = set()
        """Those whose event this runtime has emitted; the others are from the store."""
        self._unwritten: set[BlockKey] = set()

    def of(self, task: str, fault: Fault, now: datetime) -> AbstractContextManager[None, bool]:
        """Block the task where the duty inside raises; end that where it does not.

        A run store that does not answer is no task's: StoreError passes.
        """
        return _Guarded(self, task, fault, now)

    def block(self, task: str, fault: Fault, reason: str, now: datetime) -> BlockedTask:
        """Note that a duty has failed, and report it where that is new; return the entry.

        Several failures before the next try count as one.
        """
        with self._lock:
            key = (task, fault.value)
            before = self._known.get(key)
            if before is not None and not _is_due(before, now):
                return before
            tries = before.tries + 1 if before else 1
            entry = BlockedTask(
                task=task,
                code=fault.value,
                reason=reason,
                since=before.since if before else now,
                tried=now,
                tries=tries,
                next_try=now + self._pause(tries),
            )
            self._known[key] = entry
            self._unwritten.add(key)
            is_new = key not in self._reported or before is None or before.reason != reason
            self._reported.add(key)
        if is_new:
            self._emit(Blocked(now, task, entry.code, reason, entry.since, entry.next_try))
        return entry

    def end(self, task: str, fault: Fault, now: datetime) -> None:
        """Note that a duty has succeeded; report it where it was blocked."""
        key = (task, fault.value)
        if key not in self._known:
            return
        with self._lock:
            entry = self._forget(key)
        if entry is not None:
            self._emit(Unblocked(now, task, entry.code, entry.since))

    def failed_outcome(self, task: str, error: Exception | None, now: datetime) -> None:
        """Note that the end of a run could not be decided by its task's policy; None: it could."""
        if error is None:
            self.end(task, Fault.OUTCOME, now)
        else:
            self.block(task, Fault.OUTCOME, reason_of(error), now)

    def may_try(self, task: str, fault: Fault, now: datetime) -> bool:
        """Whether the duty is not blocked, or it is time to try it again."""
        entry = self._known.get((task, fault.value))
        return entry is None or _is_due(entry, now)

    def any_due(self, faults: Collection[Fault], now: datetime) -> bool:
        """Whether it is time to try one of these again, for whatever task."""
        if not self._known:
            return False
        return any(entry.code in faults and _is_due(entry, now) for entry in self.entries())

    def next_try(self, task: str, fault: Fault) -> datetime | None:
        """Return when the duty is to be tried again; None where it is not blocked."""
        entry = self._known.get((task, fault.value))
        return None if entry is None else entry.next_try

    def held(self, now: datetime) -> frozenset[str]:
        """Return the tasks whose due runs wait."""
        with self._lock:
            entries = list(self._known.values())
        return frozenset(
            entry.task
            for entry in entries
            if entry.code == Fault.BUNDLE or (entry.code in HOLDING and not _is_due(entry, now))
        )

    def entries(self) -> tuple[BlockedTask, ...]:
        """Return what is blocked, by task and code."""
        with self._lock:
            return tuple(entry for _, entry in sorted(self._known.items()))

    def reset(self, now: datetime, tasks: Collection[str] | None = None) -> None:
        """Let these tasks be tried at once, or all: what they depend on has changed."""
        with self._lock:
            for key, entry in self._known.items():
                if (tasks is None or entry.task in tasks) and not _is_due(entry, now):
                    self._known[key] = replace(entry, tries=0, next_try=now)

    def use_scan_seconds(self, seconds: float, now: datetime) -> None:
        """Let the first pause follow a changed setting."""
        if seconds != self._scan_seconds:
            self._scan_seconds = seconds
            self.reset(now)

    def take_over(self, entries: Iterable[BlockedTask], now: datetime) -> None:
        """Take what the store has of other runtimes, or of an earlier start; try it at once."""
        with self._lock:
            for entry in entries:
                if entry.code in OF_BUNDLES and entry.key not in self._known:
                    self._unwritten.add(entry.key)  # this start has kept its files
                else:
                    self._known.setdefault(entry.key, replace(entry, tries=0, next_try=now))

    def drop_leading(self) -> None:
        """Leave to another runtime what only the one that plans can find."""
        if not self._known:
            return
        with self._lock:
            for key in [key for key, entry in self._known.items() if entry.code in OF_LEADER]:
                del self._known[key]
                self._reported.discard(key)
                self._unwritten.discard(key)

    def keep_only(self, tasks: Collection[str], now: datetime) -> None:
        """Forget the tasks that are gone, and what nothing tries any more."""
        if not self._known:
            return
        untried = _NOTHING_TRIES_AFTER + 3 * timedelta(seconds=self._scan_seconds)
        with self._lock:
            for key, entry in list(self._known.items()):
                if entry.task not in tasks:
                    self._forget(key)
            over = [entry for entry in self._known.values() if now >= entry.next_try + untried]
        for entry in over:
            self.end(entry.task, Fault(entry.code), now)

    def write(self, store: Store) -> None:
        """Write what has changed. Raises StoreUnavailable; then the next call writes it."""
        if not self._unwritten:
            return
        with self._lock:
            keys, self._unwritten = self._unwritten, set()
            blocked = [self._known[key] for key in keys if key in self._known]
            ended = [key for key in keys if key not in self._known]
        try:
            store.write_blocked(blocked, ended)
        except BaseException:
            with self._lock:
                self._unwritten |= keys
            raise

    def _forget(self, key: BlockKey) -> BlockedTask | None:
        self._reported.discard(key)
        entry = self._known.pop(key, None)
        if entry is not None:
            self._unwritten.add(key)
        return entry

    def _pause(self, tries: int) -> timedelta:
        first = min(FIRST_PAUSE, self._scan_seconds)
        return timedelta(seconds=min(LONGEST_PAUSE, first * 2.0 ** min(tries - 1, 32)))


class _Guarded(AbstractContextManager[None, bool]):
    """One duty of one task."""

    def __init__(self, boundary: TaskBoundary, task: str, fault: Fault, now: datetime) -> None:
        self._boundary = boundary
        self._task = task
        self._fault = fault
        self._now = now

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is None:
            self._boundary.end(self._task, self._fault, self._now)
            return False
        if not isinstance(error, Exception) or isinstance(error, StoreError):
            return False
        self._boundary.block(self._task, self._fault, reason_of(error), self._now)
        return True


def _is_due(entry: BlockedTask, now: datetime) -> bool:
    """Whether it is time to try again, also after the clock has been set back."""
    return now >= entry.next_try or now < entry.tried
