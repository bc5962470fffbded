"""How much a run store grows with each finished run, and how fast its oldest are deleted.

Runs as they usually are: one attempt, a short result, so many lines of log.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jittask.model import AppSettings, Retention, RunStatus, Trigger
from jittask.run_log import LogPiece
from jittask.store import Store
from jittask.store.claim_types import Choice, Claim, Ending
from jittask.store.plans import NewRun
from jittask.store.run_logs import AttemptPiece
from tests.services import store_settings

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LINE = "2026-01-01 09:00:00 billing.invoices: reminded customer 123456 of invoice 2026-004711\n"
TASKS = 50


def grow(settings: AppSettings, root: Path, count: int, lines: int) -> tuple[float, float, float]:
    """Return bytes a run, runs deleted a second, and the longest step of that in milliseconds."""
    with Store.open(settings, root, create=True) as store:
        before = store.size().total
        for first in range(0, count, 500):
            now = BEGIN + timedelta(seconds=first)
            at = [now + timedelta(milliseconds=n) for n in range(500)]
            store.plan(now, [
                NewRun(f"tasks.billing.Task{n % TASKS}", "", Trigger.SCHEDULE, (when,), when)
                for n, when in enumerate(at)
            ])  # fmt: skip
            end = now + timedelta(seconds=2)
            claimed = store.take(
                lambda due, _: Choice(tuple(Claim(run, "a" * 64) for run in due), ()),
                "host-1234-5678", end, 500,
            )[1].claimed  # fmt: skip
            piece = LogPiece(end, "log", "info", LINE * lines)
            store.finish(
                [Ending(c.run.id, c.token, 1, RunStatus.COMPLETED, result='{"reminded": 12}',
                        peak_kb=90_000) for c in claimed],
                end,
                [AttemptPiece(c.run.id, c.token, 1, piece) for c in claimed] if lines else [],
            )  # fmt: skip
        size = (store.size().total - before) / count
        longest, deleted, began = 0.0, 0, time.perf_counter()
        while deleted < count / 2:
            step = time.perf_counter()
            done = store.prune(BEGIN + timedelta(days=900), Retention())
            longest = max(longest, time.perf_counter() - step)
            deleted += done
            if not done:
                break
        return size, deleted / (time.perf_counter() - began), longest * 1000


def main() -> None:
    """Print a row for each kind of store and each length of log."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print("store       lines  bytes/run  deleted/s  longest step ms")
    for kind in ("sqlite", "postgresql"):
        for lines in (0, 10, 100):
            with store_settings(kind) as settings, tempfile.TemporaryDirectory() as folder:
                size, rate, longest = grow(settings, Path(folder), count, lines)
                print(f"{kind:<11} {lines:>5}  {size:>9.0f}  {rate:>9.0f}  {longest:>8.0f}",
                      flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
