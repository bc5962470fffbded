"""How long a page of records takes at a million runs, by filter, on SQLite and on PostgreSQL.

``python -m benchmarks.records [RUNS]``; the PostgreSQL server is that of the tests
(``JITTASK_TEST_POSTGRES_URL``), in a schema of its own that is dropped again.
"""

from __future__ import annotations

import platform
import random
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from jittask.model import RunStatus, Trigger
from jittask.store import Store
from jittask.store.instants import to_micros
from jittask.store.record_filter import By, RecordFilter
from tests.services import store_settings

RUNS = 1_000_000
ROUNDS = 40
NOW = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 90
TASKS = [f"tasks.group{n % 20}.Task{n}" for n in range(200)]
"""Half of all runs are the first's, as of a task that fires every few seconds among daily ones."""
DATED = [f"tasks.dated.Task{n}" for n in range(10)]
ROWS = 50_000
VERSIONS = [f"{random.Random(n).getrandbits(256):064x}" for n in range(420)]
COLUMNS = (
    "id", "task", "row_key", "status", "reason", "trigger", "nominal", "effective", "due",
    "started", "began", "finished", "attempt", "token", "runtime", "version", "result", "error",
    "priority", "late",
)  # fmt: skip
NAMES = ", ".join(f'"{one}"' for one in COLUMNS)
Row = tuple[object, ...]


def made(count: int) -> Iterator[Row]:
    """Yield runs of 90 days: 93 % completed, 1 % by hand, 5 % rolled, 2,000 still pending."""
    dice = random.Random(6)
    begin, step = to_micros(NOW - timedelta(days=DAYS)), DAYS * 86_400_000_000 // count
    day = 86_400_000_000
    for n in range(1, count + 1):
        dated = dice.random() < 0.25
        which = 0 if dice.random() < 0.66 else dice.randrange(len(TASKS))
        task = dice.choice(DATED) if dated else TASKS[which]
        row = str(dice.randrange(ROWS)) if dated else ""
        effective = begin + n * step
        nominal = effective - day * dice.randrange(1, 4) if dice.random() < 0.05 else effective
        luck = dice.random()
        if n > count - 2_000:
            status, effective = "pending", effective + 3_600_000_000
            nominal = effective
        elif n > count - 2_020:
            status = "executing"
        else:
            status = (
                "completed" if luck < 0.93 else "failed" if luck < 0.97
                else "skipped" if luck < 0.995 else "cancelled"
            )  # fmt: skip
        began = status in ("executing", "completed", "failed")
        started = effective + dice.randrange(2_000_000) if began else None
        ended = status not in ("pending", "executing")
        version = VERSIONS[(which if not dated else 200 + int(task[-1])) * 2 + (n > count // 2)]
        hand = dice.random()
        trigger = "schedule" if hand > 0.01 else "manual" if hand > 0.004 else "rerun"
        yield (
            n, task, row, status, "error" if status == "failed" else None, trigger, nominal,
            effective, effective, started, started, (started or effective) + 50_000 if ended else None,
            int(began), int(began), "host-1-abc" if began else None, version if began else None,
            '"done, and 17 rows were written"' if status == "completed" else None,
            "Traceback (most recent call last):\n" * 8 if status == "failed" else None, 0,
            n % 500 == 0,
        )  # fmt: skip


def portions(count: int) -> Iterator[list[Row]]:
    held: list[Row] = []
    for row in made(count):
        held.append(row)
        if len(held) == 50_000:
            yield held
            held = []
    yield held


def fill_sqlite(url: sa.URL, count: int) -> None:
    database = sqlite3.connect(str(url.database))
    for rows in portions(count):
        marks = ", ".join("?" * len(COLUMNS))
        database.executemany(f"INSERT INTO runs ({NAMES}) VALUES ({marks})", rows)
        database.commit()
    database.close()


def fill_postgres(url: sa.URL, count: int) -> None:
    import psycopg

    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(dsn) as connection:
        for rows in portions(count):
            with connection.cursor().copy(f"COPY runs ({NAMES}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("SELECT setval(pg_get_serial_sequence('runs', 'id'), %s)", [count])
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


Ask = tuple[RecordFilter, By, bool]


def filters() -> dict[str, Callable[[random.Random], Ask]]:
    """Return what people ask for, by its name; each with something of chance in it."""

    def ask(
        by: By = By.EFFECTIVE,
        *,
        descending: bool = True,
        **values: Callable[[random.Random], object],
    ) -> Callable[[random.Random], Ask]:
        return lambda dice: (
            RecordFilter(**{name: value(dice) for name, value in values.items()}),  # type: ignore[arg-type]
            by, descending,
        )  # fmt: skip

    def day(dice: random.Random) -> datetime:
        return NOW - timedelta(days=dice.randrange(DAYS))

    def with_statuses(*some: RunStatus) -> Callable[[random.Random], frozenset[RunStatus]]:
        return lambda _dice: frozenset(some)

    busy = lambda _dice: (TASKS[0],)  # noqa: E731
    daily = lambda dice: (dice.choice(TASKS[1:]),)  # noqa: E731
    dated = lambda dice: (dice.choice(DATED),)  # noqa: E731
    eight = lambda dice: tuple(dice.sample(TASKS[1:], 8))  # noqa: E731
    hundred = lambda dice: tuple(dice.sample(TASKS[1:], 100))  # noqa: E731
    failure = lambda _dice: "most recent"  # noqa: E731
    nothing = lambda _dice: "no text has this"  # noqa: E731
    row = lambda dice: (str(dice.randrange(ROWS)),)  # noqa: E731
    manual = lambda _dice: Trigger.MANUAL  # noqa: E731
    rerun = lambda _dice: Trigger.RERUN  # noqa: E731
    schedule = lambda _dice: Trigger.SCHEDULE  # noqa: E731
    old = lambda dice: dice.choice(VERSIONS[::2])[:8]  # noqa: E731
    busy_old = lambda _dice: VERSIONS[0][:6]  # noqa: E731
    failed, completed = with_statuses(RunStatus.FAILED), with_statuses(RunStatus.COMPLETED)
    yes = lambda _dice: True  # noqa: E731
    return {
        "everything": ask(),
        "everything, oldest first": ask(descending=False),
        "since and until": ask(since=day, until=lambda dice: day(dice) + timedelta(days=1)),
        "task (half of all runs)": ask(tasks=busy),
        "task (1,700 runs)": ask(tasks=daily),
        "task, oldest first": ask(descending=False, tasks=daily),
        "task, since": ask(tasks=daily, since=day),
        "8 tasks": ask(tasks=eight),
        "8 tasks, failed": ask(tasks=eight, statuses=failed),
        "100 tasks": ask(tasks=hundred),
        "late": ask(late=yes),
        "task, late": ask(tasks=daily, late=yes),
        "text (of failures)": ask(text=failure),
        "failed, text that none has": ask(statuses=failed, text=nothing),
        "task, row": ask(tasks=dated, row_keys=row),
        "row": ask(row_keys=row),
        "failed": ask(statuses=failed),
        "failed, skipped, cancelled": ask(
            statuses=with_statuses(RunStatus.FAILED, RunStatus.SKIPPED, RunStatus.CANCELLED)
        ),
        "failed, since": ask(statuses=failed, since=day),
        "completed": ask(statuses=completed),
        "pending": ask(statuses=with_statuses(RunStatus.PENDING)),
        "executing": ask(statuses=with_statuses(RunStatus.EXECUTING)),
        "overdue": ask(overdue=yes),
        "task (half), failed": ask(tasks=busy, statuses=failed),
        "task, failed": ask(tasks=daily, statuses=failed),
        "task, cancelled": ask(tasks=daily, statuses=with_statuses(RunStatus.CANCELLED)),
        "task, pending": ask(tasks=daily, statuses=with_statuses(RunStatus.PENDING)),
        "manual": ask(trigger=manual),
        "schedule": ask(trigger=schedule),
        "task, manual": ask(tasks=daily, trigger=manual),
        "rerun, failed": ask(trigger=rerun, statuses=failed),
        "task, row, failed": ask(tasks=dated, row_keys=row, statuses=failed),
        "version": ask(version=old),
        "version (a quarter), failed": ask(version=busy_old, statuses=failed),
        "version, failed, oldest first": ask(descending=False, version=old, statuses=failed),
        "task, version": ask(tasks=daily, version=old),
        "by start": ask(By.START),
        "by start, since and until": ask(By.START, since=day, until=day),
        "by start, failed": ask(By.START, statuses=failed),
        "by start, task (half)": ask(By.START, tasks=busy),
        "by start, task": ask(By.START, tasks=daily),
        "by start, task, oldest first": ask(By.START, descending=False, tasks=daily),
        "by start, task (25,000 runs)": ask(By.START, tasks=dated),
        "by start, task (half), failed": ask(By.START, tasks=busy, statuses=failed),
        "by start, 8 tasks": ask(By.START, tasks=eight),
        "by start, version": ask(By.START, version=old),
        "by start, manual": ask(By.START, trigger=manual),
        "by nominal": ask(By.NOMINAL),
        "by nominal, since and until": ask(By.NOMINAL, since=day, until=day),
        "by nominal, task": ask(By.NOMINAL, tasks=daily),
        "by nominal, failed": ask(By.NOMINAL, statuses=failed),
        "by nominal, task, cancelled": ask(
            By.NOMINAL, tasks=daily, statuses=with_statuses(RunStatus.CANCELLED)
        ),
    }


def measure(store: Store, asking: Callable[[random.Random], Ask]) -> tuple[float, float, int]:
    """Return p50 and p95 in milliseconds, of first pages and of pages behind, and runs seen."""
    dice = random.Random(1)
    taken, seen = [], 0
    for _ in range(ROUNDS // 2):
        wanted, by, descending = asking(dice)
        after = None
        for _ in range(2):
            begun = time.perf_counter()
            page = store.records(wanted, NOW, 50, after, by=by, descending=descending)
            taken.append((time.perf_counter() - begun) * 1000)
            seen += len(page.records)
            after = page.next
            if after is None:
                break
    ordered = sorted(taken)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1], seen


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    table: dict[str, list[str]] = {name: [] for name in filters()}
    notes = []
    for kind in ("sqlite", "postgresql"):
        with (
            TemporaryDirectory() as folder,
            store_settings(kind) as settings,
            Store.open(settings, Path(folder), create=True) as store,
        ):
            begun = time.perf_counter()
            engine = store._database.engine
            (fill_sqlite if kind == "sqlite" else fill_postgres)(engine.url, count)
            with engine.connect() as connection:
                version = connection.dialect.server_version_info
            notes.append(f"{kind} {'.'.join(map(str, version or ()))}: filled in "
                         f"{time.perf_counter() - begun:.0f} s")  # fmt: skip
            for name, asking in filters().items():
                middle, high, seen = measure(store, asking)
                table[name] += [f"{middle:.1f}", f"{high:.1f}"]
                if seen == 0:
                    notes.append(f"{kind}: {name} found nothing")
    print(f"Python {platform.python_version()}, {count:,} runs, milliseconds a page of 50\n")
    print("| filter | SQLite p50 | p95 | PostgreSQL p50 | p95 |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, cells in table.items():
        print(f"| {name} | {' | '.join(cells)} |")
    print()
    print("\n".join(notes))


if __name__ == "__main__":
    main()
