"""Migrations: from every schema and back, with the records that are in it (R9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from jittask.model import AppSettings, Reason, RunStatus
from jittask.store import Store, StoreError, upgrade
from jittask.store.claim_types import Ending
from jittask.store.indexes import metadata
from jittask.store.instants import from_micros
from jittask.store.record_filter import RecordFilter
from jittask.store.tables import runs
from tests.store.runs import NOW, new, take


def test_an_old_schema_is_upgraded_with_its_records(app: AppSettings, tmp_path: Path) -> None:
    """A store of the first schema, with runs in it."""
    with Store.open(app, tmp_path, create=True) as store:
        upgrade.migrate(store._database.engine, "0001", down=True)
        with store._database.writing() as connection:
            connection.execute(sa.insert(old("runs", _old_run(0))), [_old_run(n) for n in range(3)])
    with pytest.raises(StoreError, match="of an older JitTask"):
        Store.open(app, tmp_path, create=False)
    with Store.open(app, tmp_path, create=True) as store:
        assert [run.task for run in store.records(RecordFilter(), NOW).records] == [
            "t2",
            "t1",
            "t0",
        ]
        assert len(take(store)) == 3


def test_the_watermarks_of_an_old_schema_are_kept(app: AppSettings, tmp_path: Path) -> None:
    """A store of the schema before watermarks held how far tasks had been walked."""
    mark = {
        "task": "t0", "activated": 1, "timing_digest": "d", "version": "v", "planned_until": 9,
        "enabled": True,
    }  # fmt: skip
    with Store.open(app, tmp_path, create=True) as store:
        upgrade.migrate(store._database.engine, "0003", down=True)
        with store._database.writing() as connection:
            connection.execute(sa.insert(old("runs", _old_run(0))), [_old_run(0)])
            connection.execute(sa.insert(old("task_marks", mark)), [mark])
    with Store.open(app, tmp_path, create=True) as store:
        [found] = store.watermarks().values()
        assert found.planned_until == from_micros(9)
        assert found.walked_until <= found.activated
        assert len(take(store)) == 1


def old(table: str, row: Mapping[str, object]) -> sa.TableClause:
    """Return a table with the columns of a row: those of today may have other names."""
    return sa.table(table, *(sa.column(name) for name in row))


def _old_run(n: int) -> dict[str, object]:
    return {
        "task": f"t{n}", "row_key": "", "state": "pending", "trigger": "schedule", "nominal": n,
        "effective": n, "due": n, "attempt": 0, "token": 0, "priority": 0, "late": False,
    }  # fmt: skip


def test_attempts_are_upgraded_and_downgraded_with_their_runs(store: Store) -> None:
    """Whatever status their run has, nothing about an attempt changes."""
    store.plan(NOW, [new(f"tasks.{name}") for name in "ABCDE"])
    waiting, *others = take(store, "w1")
    back = Ending(waiting.run.id, waiting.token, 1, RunStatus.PENDING, Reason.ERROR, retry_at=NOW)
    ended = [
        Ending(others[0].run.id, others[0].token, 1, RunStatus.COMPLETED, result="1", peak_kb=5),
        Ending(others[1].run.id, others[1].token, 1, RunStatus.FAILED, Reason.ERROR, error="oh"),
        Ending(others[2].run.id, others[2].token, 1, RunStatus.CANCELLED, Reason.ROW_GONE),
    ]
    store.finish([back, *ended], NOW + timedelta(seconds=1))
    numbers = [waiting.run.id, *(claim.run.id for claim in others)]
    before = [store.run(number) for number in numbers]
    assert all(run and len(run.attempts) == 1 for run in before)
    engine = store._database.engine
    for _ in range(2):
        upgrade.migrate(engine, "0003", down=True)
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM attempts")).scalar() == 5
        upgrade.migrate(engine, "head")
        assert [store.run(number) for number in numbers] == before


def test_status_runtime_and_host_are_upgraded_and_downgraded(
    app: AppSettings, tmp_path: Path
) -> None:
    """Each run keeps its status and its runtime; the host of what executes is found."""
    executing = _old_run(0) | {
        "state": "executing", "worker": "r1", "began": 5, "started": 5, "attempt": 2, "token": 2,
        "version": "v",
    }  # fmt: skip
    ended = executing | {"task": "t1", "state": "completed", "finished": 9, "id": 2}
    earlier = {"run_id": 1, "number": 1, "worker": "r0", "version": "v", "started": 3}
    runtime = {"id": "r1", "host": "here", "pid": 1, "started": 1}
    rows = {"runtimes": [runtime], "runs": [executing | {"id": 1}], "attempts": [earlier]}
    with Store.open(app, tmp_path, create=True) as store:
        engine = store._database.engine
        upgrade.migrate(engine, "0005", down=True)
        with store._database.writing() as connection:
            for table, values in rows.items():
                connection.execute(sa.insert(old(table, values[0])), values)
            connection.execute(sa.insert(old("runs", ended)), [ended])
        upgrade.migrate(engine, "head")
        for hosts in ([None, "here"], [None, "here"]):
            first, second = store.run(1), store.run(2)
            assert first is not None
            assert second is not None
            assert (first.status, second.status) == (RunStatus.EXECUTING, RunStatus.COMPLETED)
            assert [attempt.runtime for attempt in first.attempts] == ["r0", "r1"]
            assert [attempt.host for attempt in first.attempts] == hosts
            assert [(attempt.runtime, attempt.host) for attempt in second.attempts] == [
                ("r1", None)
            ]
            upgrade.migrate(engine, "0005", down=True)
            with engine.connect() as connection:
                found = connection.execute(sa.text("SELECT state, worker FROM runs ORDER BY id"))
                assert [tuple(row) for row in found] == [("executing", "r1"), ("completed", "r1")]
                found = connection.execute(sa.text("SELECT number, worker FROM attempts"))
                assert [tuple(row) for row in found] == [(1, "r0")]
            upgrade.migrate(engine, "head")


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_make_the_tables(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert [
            change for change in compare_metadata(context, metadata) if "alembic" not in str(change)
        ] == []


def test_migrations_make_the_indexes(store: Store) -> None:
    """Word for word: Alembic does not compare what a partial index holds."""
    with store._database.writing() as connection:
        migrated = indexes(connection)
        for index in list(runs.indexes):
            index.drop(connection)
            index.create(connection)
        assert indexes(connection) == migrated
        assert len(migrated) == len(runs.indexes)


def indexes(connection: sa.Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'runs'"
    else:
        query = (
            "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename = 'runs' AND indexname <> 'runs_pkey'"
        )
    return set(connection.execute(sa.text(query)).scalars())
