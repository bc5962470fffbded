"""A backup of each kind of store, restored into each kind (R9)."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from jittask.model import AppSettings, Reason, Retention, Run, RunStatus
from jittask.run_log import LogPiece
from jittask.store import NoRecords, Store, StoreError, upgrade
from jittask.store.backup import back_up
from jittask.store.backup_file import read_note
from jittask.store.claim_types import Ending
from jittask.store.fleet_types import NewWorker
from jittask.store.record_filter import RecordFilter
from jittask.store.restore import restore
from jittask.store.run_logs import AttemptPiece
from jittask.store.table_copy import NUMBERED
from jittask.store.tables import metadata
from jittask.store.watermarks import Watermark
from tests.services import small_disk, store_settings
from tests.store.conformance.conftest import DATABASES
from tests.store.runs import NOW, new, take

LATER = NOW + timedelta(hours=3)


@pytest.fixture(params=DATABASES)
def elsewhere(request: pytest.FixtureRequest) -> Iterator[AppSettings]:
    with store_settings(request.param) as settings:
        yield settings


def filled(app: AppSettings, root: Path) -> None:
    """Runs of every status, with attempts, logs, keys, a watermark, a kill and a pause."""
    with Store.open(app, root, create=True) as store:
        store.announce("w", "host", 1, NOW)
        names = ("tasks.Done", "tasks.Failed", "tasks.Retried", "tasks.Busy")
        mark = Watermark("tasks.Done", NOW, "d", "v", NOW, NOW, enabled=True)
        store.plan(NOW, [new(name) for name in names], watermarks=[mark])
        done, failed, retried, busy = take(store)
        piece = LogPiece(NOW, "log", "info", "Zürich 東京\n")
        store.finish(
            [
                Ending(done.run.id, done.token, 1, RunStatus.COMPLETED, result='{"é": 1}'),
                Ending(failed.run.id, failed.token, 1, RunStatus.FAILED, Reason.ERROR, error="no"),
                Ending(retried.run.id, retried.token, 1, RunStatus.PENDING, Reason.ERROR,
                       retry_at=NOW + timedelta(hours=1)),
            ],
            NOW, [AttemptPiece(done.run.id, done.token, 1, piece)],
        )  # fmt: skip
        store.plan(NOW, [new("tasks.Skipped", status=RunStatus.SKIPPED, reason=Reason.GRACE)])
        delayed = new("tasks.Next", LATER + timedelta(hours=1), delay=timedelta(seconds=90))
        store.plan(NOW, [delayed, new("tasks.Due", NOW)])
        assert store.request_kill(busy.run.id, "please", NOW)


def everything(app: AppSettings, root: Path) -> tuple[list[Run], list[str], object]:
    with Store.open(app, root) as store:
        runs = list(store.records(RecordFilter(), LATER, 1000).records)
        texts = [chunk.text for run in runs for chunk in store.log(run.id)]
        return runs, texts, store.watermarks()


def test_what_is_restored_is_what_was_backed_up(
    app: AppSettings, elsewhere: AppSettings, tmp_path: Path
) -> None:
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "backup.db"
    filled(app, here)
    before, texts, marks = everything(app, here)
    note = back_up(app, here, file, NOW)
    assert (note.runs, note.schema, note.taken) == (len(before), upgrade.HEAD, NOW)
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.db"]
    done = restore(elsewhere, there, file, LATER)
    assert (done.interrupted, done.skipped, done.set_aside) == (1, 0, None)
    after, texts_after, marks_after = everything(elsewhere, there)
    assert (after, texts_after, marks_after) == (before, texts, marks)
    assert texts == ["Zürich 東京\n"]


def test_what_executed_has_been_interrupted(
    app: AppSettings, elsewhere: AppSettings, tmp_path: Path
) -> None:
    filled(app, tmp_path)
    back_up(app, tmp_path, tmp_path / "b.db", NOW)
    restore(elsewhere, tmp_path / "there", tmp_path / "b.db", LATER)
    with Store.open(elsewhere, tmp_path / "there") as store:
        [orphan] = store.orphans()
        assert orphan.task == "tasks.Busy"
        assert store.kills([orphan.id]) == {}
        assert not store.runtime_alive(LATER)


def test_numbers_are_never_given_again(
    app: AppSettings, elsewhere: AppSettings, tmp_path: Path
) -> None:
    """Neither those of runs that were pruned, nor those that the replaced store has given."""
    filled(app, tmp_path)
    with Store.open(app, tmp_path) as store:
        past = NOW - timedelta(days=9)
        store.plan(past, [new("tasks.Old", past, status=RunStatus.SKIPPED)])
        last = max(run.id for run in store.records(RecordFilter(), LATER).records)
        assert store.prune(NOW, Retention.of_days(1)) == 1
    back_up(app, tmp_path, tmp_path / "b.db", NOW)
    there = tmp_path / "there"
    restore(elsewhere, there, tmp_path / "b.db", LATER)
    with Store.open(elsewhere, there) as store:
        made = [number for number, _ in store.plan(NOW, [new("tasks.X"), new("tasks.Y")])]
        assert min(made) > last
    restore(elsewhere, there, tmp_path / "b.db", LATER, overwrite=True)
    with Store.open(elsewhere, there) as store:
        [(number, _)] = store.plan(NOW, [new("tasks.X")])
        assert number > max(made)
        assert "tasks.Y" not in {run.task for run in store.records(RecordFilter(), LATER).records}


def test_what_was_due_may_be_skipped(
    app: AppSettings, elsewhere: AppSettings, tmp_path: Path
) -> None:
    filled(app, tmp_path)
    back_up(app, tmp_path, tmp_path / "b.db", NOW)
    there = tmp_path / "there"
    elsewhere = replace(elsewhere, timezone="Asia/Kolkata")
    done = restore(elsewhere, there, tmp_path / "b.db", LATER, skip_until=LATER)
    assert (done.interrupted, done.skipped) == (1, 2)
    with Store.open(elsewhere, there) as store:
        found = {run.task: run for run in store.records(RecordFilter(), LATER).records}
        assert found["tasks.Next"].status is RunStatus.PENDING
        assert found["tasks.Busy"].reason is Reason.INTERRUPTED
        for name in ("tasks.Due", "tasks.Retried"):
            assert (found[name].status, found[name].reason) == (RunStatus.SKIPPED, Reason.MISFIRE)
            local = LATER.astimezone(ZoneInfo("Asia/Kolkata"))
            assert f" due until {local:%Y-%m-%d %H:%M:%S} IST skipped" in (found[name].detail or "")
        mark = store.watermarks()["tasks.Done"]
        assert (mark.activated, mark.planned_until, mark.walked_until) == (LATER,) * 3
        assert take(store, "v", LATER) == ()


def test_a_restore_is_refused_while_it_would_harm(app: AppSettings, tmp_path: Path) -> None:
    filled(app, tmp_path)
    file = tmp_path / "b.db"
    back_up(app, tmp_path, file, NOW)
    with pytest.raises(StoreError, match="has records already"):
        restore(app, tmp_path, file, LATER)
    with Store.open(app, tmp_path) as store:
        lock = store.take_runtime_lock("host:1")
        with pytest.raises(StoreError, match=r"a runtime \(.*\) uses the run store"):
            restore(app, tmp_path, file, LATER, overwrite=True)
        lock.free()
        store.announce("away", "host", 1, LATER)
        store.beat("away", LATER)
    if app.store is not None:  # others may share it: a heartbeat says that one is alive
        with pytest.raises(StoreError, match="on another machine"):
            restore(app, tmp_path, file, LATER, overwrite=True)
    assert restore(app, tmp_path, file, LATER + timedelta(days=1), overwrite=True)


def test_a_restore_is_refused_while_a_worker_of_the_fleet_lives(
    app: AppSettings, tmp_path: Path
) -> None:
    filled(app, tmp_path)
    file = tmp_path / "b.db"
    back_up(app, tmp_path, file, NOW)
    with Store.open(app, tmp_path) as store:
        for name, beaten in (("gone", NOW), ("alive", LATER)):
            store.announce_worker(NewWorker(name, f"{name}.example", 7, ("q",), 2, 1, 60.0), beaten)
    at = LATER + timedelta(seconds=30)
    with pytest.raises(StoreError, match=r"a worker \(process 7 on alive.example\) uses the"):
        restore(app, tmp_path, file, at, overwrite=True)
    with Store.open(app, tmp_path) as store:
        store.note("alive", stopped=at)
    assert restore(app, tmp_path, file, at, overwrite=True)


def test_a_backup_of_an_old_store_is_upgraded_where_it_is_restored(
    app: AppSettings, elsewhere: AppSettings, tmp_path: Path
) -> None:
    filled(app, tmp_path)
    with Store.open(app, tmp_path) as store:
        upgrade.migrate(store._database.engine, "0008", down=True)
    note = back_up(app, tmp_path, tmp_path / "b.db", NOW)
    assert note.schema == "0008"
    restore(elsewhere, tmp_path / "there", tmp_path / "b.db", LATER)
    runs, texts, _ = everything(elsewhere, tmp_path / "there")
    assert (len(runs), len(texts)) == (note.runs, 1)


def test_a_file_that_is_damaged_or_newer_or_no_backup_is_refused(
    app: AppSettings, tmp_path: Path
) -> None:
    filled(app, tmp_path)
    file = tmp_path / "b.db"
    back_up(app, tmp_path, file, NOW)
    with pytest.raises(StoreError, match="is there already"):
        back_up(app, tmp_path, file, NOW)
    assert back_up(app, tmp_path, file, NOW, overwrite=True) == read_note(file)
    cut, no_database = tmp_path / "cut.db", tmp_path / "no.db"
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    cut.write_bytes(content)
    no_database.write_text("nothing")
    newer = tmp_path / "newer.db"
    shutil.copyfile(file, newer)
    with contextlib.closing(sqlite3.connect(newer)) as opened, opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
    for path, words in (
        (cut, "is damaged|is no backup"),
        (no_database, "is no backup"),
        (newer, "was made by a newer JitTask"),
        (tmp_path / "none.db", "no such file"),
    ):
        with pytest.raises(StoreError, match=words):
            restore(app, tmp_path, path, LATER, overwrite=True)
    assert len(everything(app, tmp_path)[0]) == read_note(file).runs


def test_nothing_to_back_up(app: AppSettings, tmp_path: Path) -> None:
    with pytest.raises(NoRecords):
        back_up(app, tmp_path, tmp_path / "b.db", NOW)
    assert not (tmp_path / "b.db").exists()


def test_a_disk_that_is_full_leaves_no_half_of_a_backup(tmp_path: Path) -> None:
    app = AppSettings()
    filled(app, tmp_path)
    with pytest.raises(StoreError, match="no such folder"):
        back_up(app, tmp_path, tmp_path / "missing" / "b.db", NOW)
    with small_disk(tmp_path / "disk") as disk:
        target = disk / "b.db"
        back_up(app, tmp_path, target, NOW)
        before = target.read_bytes()
        with (disk / "full").open("wb") as full, contextlib.suppress(OSError):
            while full.write(bytes(1 << 16)):
                full.flush()
        with pytest.raises(StoreError, match="cannot be written"):
            back_up(app, tmp_path, target, NOW, overwrite=True)
        assert target.read_bytes() == before
        assert sorted(path.name for path in disk.iterdir()) == ["b.db", "full"]


def test_a_store_that_is_damaged_is_set_aside(tmp_path: Path) -> None:
    app = AppSettings()
    filled(app, tmp_path)
    back_up(app, tmp_path, tmp_path / "b.db", NOW)
    store = tmp_path / ".jittask/jittask.db"
    store.write_bytes(b"no database at all" * 1000)
    with pytest.raises(StoreError, match="cannot be used as the run store"):
        restore(app, tmp_path, tmp_path / "b.db", LATER)
    done = restore(app, tmp_path, tmp_path / "b.db", LATER, overwrite=True)
    assert done.set_aside == store.with_name("jittask.db.unusable-1")
    assert done.set_aside.read_bytes().startswith(b"no database")
    assert len(everything(app, tmp_path)[0]) == done.note.runs


def test_every_table_with_ids_of_its_own_is_known() -> None:
    given = {
        table.name
        for table in metadata.sorted_tables
        if len(table.primary_key) == 1 and table.primary_key.columns[0].autoincrement is True
    }
    assert set(NUMBERED) == given == {"runs", "log_chunks", "notice_messages"}


def test_a_server_may_have_tables_of_others(tmp_path: Path) -> None:
    with store_settings("postgresql") as app:
        filled(app, tmp_path)
        with Store.open(app, tmp_path) as store, store._database.writing() as connection:
            connection.execute(sa.text("CREATE TABLE bills (id uuid, due date[])"))
        note = back_up(app, tmp_path, tmp_path / "b.db", NOW)
        restore(app, tmp_path, tmp_path / "b.db", LATER + timedelta(days=1), overwrite=True)
        assert len(everything(app, tmp_path)[0]) == note.runs
