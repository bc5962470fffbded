"""What people and programs read of runs: records, one run, its log, statistics."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.model import Run
from jittask.store import control, queries
from jittask.store.dialects.registry import dialect_of
from jittask.store.facade.part import StorePart
from jittask.store.record_filter import By, Page, RecordFilter, RecordPage, RunCount

if TYPE_CHECKING:
    from jittask.store.control import Pause
    from jittask.store.dialects.dialect import StoreSize
    from jittask.store.run_logs import LogChunk
    from jittask.store.statistics import LastRun, TaskStatistics
    from jittask.store.watermarks import Watermark


class ReadingMethods(StorePart):
    """Records, logs, and what is known of tasks."""

    def records(
        self,
        record_filter: RecordFilter,
        now: datetime,
        limit: int = 50,
        after: str | None = None,
        *,
        by: By = By.EFFECTIVE,
        descending: bool = True,
    ) -> RecordPage:
        """Return a page of runs, the newest first by the instant ``by``; or the oldest."""
        with self._database.reading() as connection:
            return queries.records(
                connection, record_filter, now, Page(limit, after, by, descending)
            )

    def record_counts(
        self, filters: Sequence[RecordFilter], now: datetime, *, by: By = By.EFFECTIVE
    ) -> list[RunCount]:
        """Return how many runs each filter lets through, all at one moment; 10,000 at most."""
        from jittask.store import record_counts  # late: few commands need it

        with self._database.reading() as connection:
            return [record_counts.count_of(connection, asked, now, by) for asked in filters]

    def recorded_versions(self, versions: Collection[str]) -> frozenset[str]:
        """Return those of the versions that a run in the store ran last."""
        from jittask.store import recorded_versions  # late: few commands need it

        with self._database.reading() as connection:
            return recorded_versions.recorded_versions(connection, versions)

    def run(self, number: int) -> Run | None:
        """Return one run with its attempts, or None."""
        with self._database.reading() as connection:
            return queries.one_run(connection, number)

    def log(self, number: int, after: int = 0) -> Iterator[LogChunk]:
        """Yield what a run printed and logged after the chunk ``after``, in order."""
        from jittask.store import run_logs  # late: few commands need it

        with self._database.reading() as connection:
            chunks = list(run_logs.log(connection, number, after))  # the reader may be slow
        yield from chunks

    def statistics(
        self, since: datetime, until: datetime, task: str | None = None
    ) -> list[TaskStatistics]:
        """Return what the runs that began in ``[since, until]`` were like, by task."""
        from jittask.store import statistics  # late: few commands need it

        with self._database.reading() as connection:
            return statistics.statistics(connection, since, until, task)

    def last_runs(self, tasks: Sequence[str]) -> dict[str, LastRun]:
        """Return how the newest executed run of each task ended."""
        from jittask.store import statistics  # late: few commands need it

        with self._database.reading() as connection:
            return statistics.last_runs(connection, tasks)

    def next_pending(self, tasks: Sequence[str]) -> dict[str, datetime]:
        """Return when the first pending run of each task is to fire."""
        from jittask.store import statistics  # late: few commands need it

        with self._database.reading() as connection:
            return statistics.next_pending(connection, tasks)

    def pauses(self) -> dict[str, Pause]:
        """Return every pause, by task; one whose end has come is still among them."""
        with self._database.reading() as connection:
            return control.all_pauses(connection)

    def size(self) -> StoreSize:
        """Return how large the store is."""
        with self._database.reading() as connection:
            return dialect_of(connection).size(connection)

    def watermarks(self) -> dict[str, Watermark]:
        """Return every task's watermark."""
        from jittask.store import watermarks  # late: few commands need it

        with self._database.reading() as connection:
            return watermarks.all_watermarks(connection)
