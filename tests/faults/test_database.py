"""The run store refuses, is cut off, restarted or filled up; the checker judges (I1-I8)."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from jittask.model import AppSettings
from tests.faults.conftest import on_a_file, on_a_server, on_each_store
from tests.faults.trial import Trial, rounds_or
from tests.running import Program
from tests.services import own_server, small_disk, url_of
from tests.tree import Tree

pytestmark = pytest.mark.process


@on_a_server
def test_connections_to_the_store_are_cut(tmp_path: Path, settings: AppSettings) -> None:
    """All at once, in the midst of whatever each is doing: a commit's reply may be lost."""
    named, name = with_a_name(settings)
    trial = Trial(tmp_path, named, rounds_or(4))
    tree = trial.checkout()
    with Program(tree.root) as program, administrator() as other:
        program.wait("ready")
        cut = 0
        while cut < trial.rounds:
            program.wait(trial.chance.choice(["planned", "started", "finished"]))
            cut += cut_connections(other, name)
        trial.judge(program, tree)


@on_each_store
def test_commits_or_their_replies_are_lost(tmp_path: Path, settings: AppSettings) -> None:
    """The program cannot know which of the two: it does all again that can be done again."""
    trial = Trial(tmp_path, settings, rounds_or(3))
    tree = trial.checkout()
    with trial.program(tree) as program:
        program.wait("ready")
        trial.commits_are_lost.touch()
        for _ in range(trial.rounds):
            program.wait("trouble", code="store-unavailable")
        trial.commits_are_lost.unlink()
        trial.judge(program, tree)


@on_a_file
def test_the_file_is_busy(tmp_path: Path, settings: AppSettings) -> None:
    """Another process keeps the write lock for longer than anybody waits for it."""
    trial = Trial(tmp_path, settings, rounds_or(3))
    tree = trial.checkout()
    file = tree.root / ".jittask" / "jittask.db"
    with trial.program(tree) as program:
        program.wait("ready")
        for _ in range(trial.rounds):
            program.wait(trial.chance.choice(["planned", "started", "finished"]))
            other = sqlite3.connect(file, isolation_level=None)
            with contextlib.closing(other):
                other.execute("BEGIN IMMEDIATE")
                program.wait("trouble", code="store-unavailable")
            program.wait("trouble", code="store-answers")
        trial.judge(program, tree)


@on_a_server
def test_transactions_end_in_a_deadlock(tmp_path: Path, settings: AppSettings) -> None:
    """Another one holds a table that the program waits for, and waits for one that it holds."""
    named, name = with_a_name(settings, deadlock_timeout="500ms")
    trial = Trial(tmp_path, named, rounds_or(2))
    tree = trial.checkout()
    with Program(tree.root) as program, administrator(settings) as other:
        program.wait("ready")
        for _ in range(trial.rounds):
            while not cross(other, name, trial):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
            told = program.wait("trouble", code="store-unavailable")
            assert "deadlock detected" in told["text"]
            program.wait("trouble", code="store-answers")
        trial.judge(program, tree)


def test_the_server_is_restarted(tmp_path: Path) -> None:
    """With its connections ended in order, or as if the power had failed."""
    with own_server() as server:
        trial = Trial(tmp_path, AppSettings(store=server.url), rounds_or(2))
        tree = trial.checkout()
        with Program(tree.root) as program:
            program.wait("ready")
            for _ in range(trial.rounds):
                program.wait(trial.chance.choice(["planned", "started", "finished"]))
                server.restart(trial.chance.choice(["fast", "immediate"]))
                if trial.chance.random() < 0.7:
                    program.wait("finished", status="completed")
            trial.judge(program, tree)


def test_the_disk_of_a_file_is_full(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        trial = Trial(tmp_path, AppSettings(store=f"sqlite:///{disk}/runs.db"), rounds_or(2))
        fill_again_and_again(trial, trial.checkout(), disk)


def test_the_disk_of_a_server_is_full(tmp_path: Path) -> None:
    """That of its tables: without room for its log it would not serve at all."""
    with own_server() as server, server.small_tablespace("small"):
        url = f"{server.url}?options=-cdefault_tablespace%3Dsmall"
        trial = Trial(tmp_path, AppSettings(store=url), rounds_or(2))
        fill_again_and_again(trial, trial.checkout(), server.folder / "small")


def fill_again_and_again(trial: Trial, tree: Tree, disk: Path) -> None:
    filling = disk / "filling"
    with Program(tree.root) as program:
        program.wait("ready")
        for _ in range(trial.rounds):
            program.wait(trial.chance.choice(["planned", "started", "finished"]))
            with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 4096)
            program.wait("trouble", code="store-unavailable")
            filling.unlink()
            program.wait("trouble", code="store-answers")
        trial.judge(program, tree)


def with_a_name(settings: AppSettings, **options: str) -> tuple[AppSettings, str]:
    """Let the connections be known by a name, and have options."""
    name = f"jittask-{uuid.uuid4().hex[:8]}"
    more = "".join(f"%20-c{option}%3D{value}" for option, value in options.items())
    return replace(settings, store=f"{settings.store}{more}&application_name={name}"), name


@contextlib.contextmanager
def administrator(settings: AppSettings | None = None) -> Iterator[sa.Connection]:
    """Connect to the server beside the program, in its schema where settings name one."""
    url = settings.store if settings and settings.store else url_of("postgresql")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def cut_connections(other: sa.Connection, name: str) -> bool:
    """End the server's side of every connection of that name; say whether there was one."""
    query = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name"
    )
    return bool(other.execute(query, {"name": name}).all())


def cross(other: sa.Connection, name: str, trial: Trial) -> bool:
    """Lock a table, and what a transaction that waits for it has written; say whether it could."""
    tables = sa.inspect(other).get_table_names()
    held = sa.text(
        "SELECT DISTINCT relation::regclass::text FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE application_name = :name AND granted AND mode = 'RowExclusiveLock'"
        " AND relation::regclass::text = ANY (:tables)"
        " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    )
    other.exec_driver_sql("BEGIN")
    other.exec_driver_sql("SET LOCAL deadlock_timeout = '1min'")
    try:
        other.exec_driver_sql(f"LOCK TABLE {trial.chance.choice(tables)} IN EXCLUSIVE MODE")
        for _ in range(200):
            written = other.execute(held, {"name": name, "tables": tables}).scalars().all()
            if written:
                other.exec_driver_sql(f"LOCK TABLE {written[0]} IN EXCLUSIVE MODE")
                return True
            other.exec_driver_sql("SELECT pg_sleep(0.005)")
        return False
    except sa.exc.OperationalError:  # found out on this side: the program waits no more
        return False
    finally:
        other.exec_driver_sql("ROLLBACK")
