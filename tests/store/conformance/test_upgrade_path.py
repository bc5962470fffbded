"""A store of the very first schema, with all that it may hold, comes to today's (R9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from jittask import compile_tree
from jittask.model import AppSettings, Reason, RunStatus
from jittask.store import Store, upgrade
from jittask.store.dialects.dialect import Database
from jittask.store.dialects.registry import dialect_of
from jittask.store.instants import to_micros
from jittask.store.location import made_state_folder, store_url
from jittask.store.record_filter import RecordFilter
from tests.running import jittask
from tests.tree import Tree

NOW = datetime.now(UTC).replace(microsecond=0)
"""Not in the past, from which a runtime would delete what is old."""
PAST, SOON = to_micros(NOW - timedelta(hours=1)), to_micros(NOW + timedelta(days=36500))
LOGGED = "before any upgrade: Zürich 東京\n"


def revisions() -> list[str]:
    """Every schema, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(Path(upgrade.__file__).parent / "migrations"))
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def run(number: int, task: str, state: str, **more: object) -> dict[str, object]:
    return {
        "id": number, "task": task, "row_key": "", "state": state, "trigger": "schedule",
        "nominal": PAST + number, "effective": PAST + number, "due": PAST + number, "attempt": 0,
        "token": 0, "priority": 0, "late": False, "reason": None, "result": None, "error": None,
        "started": None, "finished": None, "worker": None, "version": None,
    } | more  # fmt: skip


def first_rows(digest: str) -> dict[str, list[dict[str, object]]]:
    """What a store of the first schema holds: by table, parents first."""
    began = {"worker": "r1", "version": "v1", "started": PAST, "attempt": 1, "token": 1}
    runs = [
        run(1, "tasks.Done", "completed", **began, finished=PAST + 9, result='"ok"'),
        run(2, "tasks.Failed", "failed", **began | {"attempt": 2, "token": 2}, finished=PAST + 9,
            reason="error", error="Traceback"),
        run(3, "tasks.Busy", "executing", **began),
        run(4, "tasks.A", "pending", trigger="manual"),
        run(5, "tasks.A", "pending", nominal=SOON, effective=SOON, due=SOON),
        run(6, "tasks.Skipped", "skipped", finished=PAST + 9, reason="misfire"),
    ]  # fmt: skip
    attempt = {"run_id": 1, "number": 1, "worker": "r1", "version": "v1", "started": PAST,
               "finished": PAST + 9, "outcome": "completed", "error": None}  # fmt: skip
    mark = {"task": "tasks.A", "activated": PAST - 10**9, "timing_digest": digest, "version": "v1",
            "planned_until": SOON, "enabled": True, "vanished": None}  # fmt: skip
    return {
        "runtimes": [{"id": "r1", "host": "here", "pid": 1, "started": PAST, "stopped": PAST + 10}],
        "runs": runs,
        "occurrence_keys": [
            {"task": each["task"], "row_key": "", "nominal": each["nominal"], "run_id": each["id"]}
            for each in runs
        ],
        "attempts": [
            attempt,
            attempt | {"run_id": 2, "outcome": "error", "error": "first"},
            attempt | {"run_id": 2, "number": 2, "outcome": "error", "error": "Traceback"},
            attempt | {"run_id": 3, "finished": None, "outcome": None},
        ],
        "log_chunks": [
            {"id": 1, "run_id": 1, "attempt": 1, "at": PAST, "stream": "out", "text": LOGGED}
        ],
        "task_marks": [mark],
        "elements": [{"name": "tasks.A", "state": "running", "version": "v1", "since": PAST,
                      "diagnostics": "[]"}],
    }  # fmt: skip


def make_first(database: Database, digest: str = "d") -> None:
    """Make the store, and put the rows in."""
    upgrade.migrate(database.engine, "0001")
    with database.writing() as connection:
        for table, rows in first_rows(digest).items():
            columns = (sa.column(name) for name in rows[0])
            connection.execute(sa.insert(sa.table(table, *columns)), rows)
        for table in ("runs", "log_chunks"):
            dialect_of(connection).give_ids_after(connection, table, 6)


@pytest.fixture
def first(app: AppSettings, tmp_path: Path) -> Iterator[Database]:
    folder, url = made_state_folder(tmp_path), store_url(app, tmp_path)
    with closing(dialect_of(url).open(url, folder, create=True, idle_seconds=0)) as database:
        make_first(database)
        yield database


def test_each_schema_on_the_way_holds_the_records(first: Database) -> None:
    path = revisions()
    assert (path[0], path[-1]) == ("0001", upgrade.HEAD)
    for revision in path[1:]:
        upgrade.migrate(first.engine, revision)
        assert upgrade.revision_of(first.engine) == revision
        with first.reading() as connection:
            ids = connection.execute(sa.text("SELECT id FROM runs ORDER BY id")).scalars()
            assert list(ids) == [1, 2, 3, 4, 5, 6], revision
            keys = connection.execute(sa.text("SELECT count(*) FROM occurrence_keys")).scalar()
            assert keys == 6, revision
            text = connection.execute(sa.text("SELECT text FROM log_chunks")).scalar()
            assert text == LOGGED, revision


def test_the_records_are_read_as_they_were_written(
    first: Database, app: AppSettings, tmp_path: Path
) -> None:
    with Store.open(app, tmp_path, create=True) as store:
        found = {each.id: each for each in store.records(RecordFilter(), NOW).records}
        assert {number: each.status for number, each in found.items()} == {
            1: RunStatus.COMPLETED, 2: RunStatus.FAILED, 3: RunStatus.EXECUTING,
            4: RunStatus.PENDING, 5: RunStatus.PENDING, 6: RunStatus.SKIPPED,
        }  # fmt: skip
        attempts = {number: store.run(number).attempts for number in found}
        assert [(each.number, each.outcome) for each in attempts[1]] == [(1, "completed")]
        assert [(each.number, each.error) for each in attempts[2]] == [
            (1, "first"), (2, "Traceback"),
        ]  # fmt: skip
        assert [(each.number, each.finished) for each in attempts[3]] == [(1, None)]
        assert (found[1].result, found[6].reason) == ('"ok"', Reason.MISFIRE)
        assert [chunk.text for chunk in store.log(1)] == [LOGGED]
        assert store.watermarks()["tasks.A"].planned_until.timestamp() * 1e6 == SOON


@pytest.mark.process
@pytest.mark.parametrize("by", ["db upgrade", "run"])
def test_a_tree_goes_on_with_its_first_store(app: AppSettings, tmp_path: Path, by: str) -> None:
    tree = Tree(tmp_path / "app", **({"store": app.store} if app.store else {}))
    tree.scheduled("A")
    digest = compile_tree(tree.root).app.tasks["tasks.A"].timing_digest
    folder, url = made_state_folder(tree.root), store_url(app, tree.root)
    with closing(dialect_of(url).open(url, folder, create=True, idle_seconds=0)) as database:
        make_first(database, digest)
    old = jittask("records", "--tree", tree.root)
    assert (old.returncode, "of an older JitTask (schema 0001" in old.stderr) == (1, True)
    if by == "db upgrade":
        done = jittask("db", "upgrade", tree.root)
        assert done.returncode == 0, done.stderr
        assert f"has been brought to schema {upgrade.HEAD}" in done.stdout
    ran = jittask("run", tree.root, "--once")
    assert ran.returncode == 1, ran.stdout + ran.stderr  # what was executing has failed
    listed = json.loads(jittask("records", "--tree", tree.root, "--json").stdout)["records"]
    found = {each["id"]: each for each in listed}
    assert (found[1]["status"], found[2]["status"]) == ("completed", "failed")
    assert found[3]["reason"] == "interrupted"
    assert found[4]["status"] == "completed"
    assert LOGGED in jittask("log", "1", "--tree", tree.root).stdout
