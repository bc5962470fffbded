"""Scans each database in a thread of its own, so that one that hangs delays no other (rule R12).

A thread lasts for one scan. One that hangs is left alone: it may not write any
more, and is no reason for the runtime to wait, also when it stops.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from jittask.clock import Clock
from jittask.compiler.compiled import DateFieldTask
from jittask.data.app_data import AppData
from jittask.model import ModelInfo
from jittask.runtime.current import Loaded
from jittask.runtime.events import Event, Trouble
from jittask.runtime.model_tables import ModelTables
from jittask.runtime.row_scan import Pass, RowScan, ScanAbandoned
from jittask.runtime.signals import Signals
from jittask.runtime.task_boundary import Fault, TaskBoundary

SILENT_AFTER = 10.0
"""Seconds without progress, after which the tasks of a database count as blocked."""

_ABANDON_AFTER = 60.0  # seconds without progress, after which another thread tries
_MOST_LEFT_BEHIND = 3  # of one database; each has a thread and a connection until it ends
_LOOK_SECONDS = 0.05
_SWEEP_SHARE = 0.5
"""The part of ``scanSeconds`` that sweeps of one database may take of a pass."""
_LEAST_PATIENCE = 0.5  # seconds that a stop gives a scan, however little is left to drain


class DatabaseScan(threading.Thread):
    """One scan of the tables and tasks of one database."""

    def __init__(
        self,
        database: str,
        models: Sequence[ModelInfo],
        tasks: Sequence[DateFieldTask],
        data: AppData,
        scan_tasks: Callable[[Sequence[DateFieldTask], Callable[[], None]], bool],
        make_table: Callable[[ModelInfo], bool],
        clock: Clock,
    ) -> None:
        """``make_table`` says whether a model can be used; ``scan_tasks``, whether more is left."""
        super().__init__(name=f"jittask-scan-{database}", daemon=True)
        self.database = database
        self.data = data
        self.failure: BaseException | None = None
        """What is not one task's."""
        self.tasks = list(tasks)
        self.is_left = False
        """Whether it has ended with sweeps under way."""
        self._models = models
        self._scan_tasks = scan_tasks
        self._make_table = make_table
        self._clock = clock
        self._progress = clock.monotonic()
        self._abandoned = threading.Event()

    def run(self) -> None:
        """Make missing tables, then scan."""
        try:
            unusable = {model.name for model in self._models if not self._usable(model)}
            usable = [task for task in self.tasks if task.model.name not in unusable]
            self.is_left = self._scan_tasks(usable, self._check)
        except ScanAbandoned:
            pass  # it has been reported when it was abandoned, where it did not answer
        except BaseException as error:
            self.failure = error
        finally:
            if self._abandoned.is_set():
                self.data.close()  # it may have opened more of it since

    def silent_seconds(self) -> float:
        """Return for how long it has made no progress."""
        return self._clock.monotonic() - self._progress

    def abandon(self) -> None:
        """Let it write nothing more; it ends when its database lets it."""
        self._abandoned.set()

    def _usable(self, model: ModelInfo) -> bool:
        self._check()
        return self._make_table(model)

    def _check(self) -> None:
        if self._abandoned.is_set():
            raise ScanAbandoned
        self._progress = self._clock.monotonic()


class ScanThreads:
    """The scans of one start; called from one thread at a time."""

    def __init__(
        self,
        clock: Clock,
        signals: Signals,
        boundary: TaskBoundary,
        tables: ModelTables,
        emit: Callable[[Event], None],
    ) -> None:
        self._clock = clock
        self._signals = signals
        self._boundary = boundary
        self._tables = tables
        self._emit = emit
        self._running: dict[str, DatabaseScan] = {}
        self._left_behind: list[DatabaseScan] = []

    def scan(
        self,
        row_scan: RowScan,
        loaded: Loaded,
        now: datetime,
        patience: float,
        changed: Collection[str] | None = None,
    ) -> bool:
        """Start a scan of each database that has none under way; wait for them for ``patience``.

        Not where scans of it hang that were left behind, and are as many as may be.
        Ends sooner where the runtime stops. With ``changed``, only the fast scan of
        the tasks of these models. Returns whether a scan that has ended has left
        sweeps, or none could begin for a changed model. Raises what is not one
        task's: LeadershipLost, StoreUnavailable.
        """
        self._leave_behind(loaded.data, now)
        settings = loaded.snapshot.app.settings.runtime
        overlap = timedelta(seconds=settings.scan_seconds)
        tasks = row_scan.by_database(loaded.snapshot)
        models = self._tables.by_database(loaded.snapshot, loaded.data)

        if changed is not None:
            tasks = _of_models(tasks, changed)
            models = {}

        def scan_tasks(tasks: Sequence[DateFieldTask], check: Callable[[], None]) -> bool:
            one_pass = Pass(loaded.data, now, overlap, check, _SWEEP_SHARE * settings.scan_seconds)
            return row_scan.scan(tasks, one_pass, sweeping=changed is None)

        def make_table(model: ModelInfo) -> bool:
            return self._tables.make(model, loaded.snapshot, loaded.data, now)

        self._left_behind = [scan for scan in self._left_behind if scan.is_alive()]
        hanging = Counter(scan.database for scan in self._left_behind)
        started: list[DatabaseScan] = []
        busy = changed is not None and not tasks.keys().isdisjoint(self._running)
        for database in sorted({*tasks, *models} - self._running.keys()):
            if hanging[database] >= _MOST_LEFT_BEHIND:
                continue
            scan = DatabaseScan(
                database, models.get(database, ()), tasks.get(database, ()), loaded.data,
                scan_tasks, make_table, self._clock,
            )  # fmt: skip
            self._running[database] = scan
            started.append(scan)
            scan.start()
        self._wait(started, patience)
        self._settle(now)
        return busy or any(scan.is_left for scan in started)

    def close(self) -> None:
        """Wait for the scans under way as long as the stop may take; leave the others behind."""
        left = self._signals.drain_until - self._clock.monotonic()
        if math.isinf(left):  # it ends without having been asked to stop
            left = 0.0
        self._wait_for(list(self._running.values()), max(_LEAST_PATIENCE, left), lambda: False)
        for scan in self._running.values():
            if scan.is_alive():
                self._abandon(scan, self._clock.now())
        self._running.clear()

    def _wait(self, scans: Sequence[DatabaseScan], seconds: float) -> None:
        self._wait_for(scans, seconds, self._signals.draining.is_set)

    def _wait_for(
        self, scans: Sequence[DatabaseScan], seconds: float, over: Callable[[], bool]
    ) -> None:
        """Wait until all have ended, ``seconds`` have passed, or it is ``over``."""
        for _ in range(max(1, round(seconds / _LOOK_SECONDS))):  # by no clock: it may be fixed
            alive = [scan for scan in scans if scan.is_alive()]
            if not alive or over():
                return
            alive[0].join(_LOOK_SECONDS)

    def _settle(self, now: datetime) -> None:
        """Take what has ended; block the tasks of a database that is silent."""
        for database, scan in list(self._running.items()):
            if not scan.is_alive():
                del self._running[database]
                if scan.failure is not None:
                    raise scan.failure
            elif scan.silent_seconds() >= SILENT_AFTER:
                reason = f"{database} has not answered for {scan.silent_seconds():.0f} s"
                for task in scan.tasks:
                    self._boundary.block(task.name, Fault.SCAN, reason, now)

    def _leave_behind(self, data: AppData, now: datetime) -> None:
        """Abandon scans of what a reload has replaced, and those that are silent for too long."""
        for database, scan in list(self._running.items()):
            if not scan.is_alive():
                continue
            if scan.silent_seconds() >= _ABANDON_AFTER:
                del self._running[database]
                self._abandon(scan, now)
            elif scan.data is not data:
                del self._running[database]
                scan.abandon()

    def _abandon(self, scan: DatabaseScan, now: datetime) -> None:
        scan.abandon()
        self._left_behind.append(scan)
        text = (
            f"the scan of {scan.database} does not end, and is left behind; "
            "it writes nothing any more"
        )
        self._emit(Trouble(now, "scan-abandoned", text))


def _of_models(
    tasks: Mapping[str, Sequence[DateFieldTask]], models: Collection[str]
) -> dict[str, list[DateFieldTask]]:
    """Return the tasks of some models, by database; only databases that have any."""
    found = {
        database: [task for task in of_database if task.model.name in models]
        for database, of_database in tasks.items()
    }
    return {database: of_database for database, of_database in found.items() if of_database}
