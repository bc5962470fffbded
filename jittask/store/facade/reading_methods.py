"""What people and programs read of runs: records, one run, its log; and the retention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from jittask.model import Run
from jittask.store import pruning, queries, run_logs
from jittask.store.facade.part import StorePart
from jittask.store.record_filter import By, Page, RecordFilter, RecordPage
from jittask.store.run_logs import LogChunk

if TYPE_CHECKING:
    from jittask.store.statistics import LastRun, TaskStatistics


class ReadingMethods(StorePart):
    """Records and logs, and their end."""

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

    def run(self, number: int) -> Run | None:
        """Return one run with its attempts, or None."""
        with self._database.reading() as connection:
            return queries.one_run(connection, number)

    def log(self, number: int, after: int = 0) -> Iterator[LogChunk]:
        """Yield what a run printed and logged after the chunk ``after``, in order."""
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

    def prune(self, now: datetime, days: int, limit: int = 1000) -> int:
        """Delete finished runs older than the retention, at most ``limit``; return how many."""
        with self._database.writing() as connection:
            return pruning.prune(connection, now, days, limit)
