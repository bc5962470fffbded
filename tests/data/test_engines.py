"""One engine for each database of a process: who shares it, and when it closes (D9, F8)."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import PoolProxiedConnection

from jittask.data.app_data import AppData
from jittask.data.databases import MAX_CONNECTIONS, DataError, one_line, open_database
from jittask.data.engines import ENGINES, EngineRegistry
from jittask.model import DatabaseInfo, ModelForm, ModelInfo
from jittask.runtime.idle_connections import IdleConnections
from tests.services import url_of


def sqlite_database(name: str, file: str) -> DatabaseInfo:
    return DatabaseInfo(f"databases.{name}", "databases.SqliteType", {"database": file})


def url_database(name: str, url: str) -> DatabaseInfo:
    return DatabaseInfo(f"databases.{name}", "databases.UrlType", {"url": url})


FILE = sqlite_database("D", "d.db")
SERVER = url_database("D", "postgresql+psycopg://u:p@h:1/d")


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        (FILE, sqlite_database("E", "d.db"), True),
        (FILE, sqlite_database("E", "sub/../d.db"), True),
        (FILE, url_database("E", "sqlite:///d.db"), True),
        (FILE, url_database("E", "sqlite:///${JITTASK_TEST_FILE}"), True),
        (FILE, sqlite_database("E", "e.db"), False),
        (SERVER, url_database("E", "postgresql+psycopg://u:p@h:1/d"), True),
        (SERVER, url_database("E", "postgresql+psycopg://u:other@h:1/d"), False),
        (SERVER, url_database("E", "postgresql+psycopg://u:p@h:1/e"), False),
    ],
)
def test_elements_share_the_engine_of_what_they_resolve_to(
    first: DatabaseInfo,
    second: DatabaseInfo,
    shared: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JITTASK_TEST_FILE", "d.db")
    registry = EngineRegistry()
    engines = [registry.acquire(info, tmp_path) for info in (first, second)]
    assert (engines[0] is engines[1]) is shared


def test_trees_with_one_path_have_two_files(tmp_path: Path) -> None:
    registry = EngineRegistry()
    assert registry.acquire(FILE, tmp_path / "a") is not registry.acquire(FILE, tmp_path / "b")


def test_the_last_user_closes_the_connections(tmp_path: Path) -> None:
    registry = EngineRegistry()
    engine = registry.acquire(FILE, tmp_path)
    assert registry.acquire(FILE, tmp_path) is engine
    engine.connect().close()
    closed: list[object] = []
    sa.event.listen(engine, "close", lambda connection, _: closed.append(connection))
    registry.release(engine)
    assert (registry.users(engine), closed) == (1, [])
    registry.release(engine)
    assert (registry.users(engine), len(closed)) == (0, 1)
    with pytest.raises(LookupError):
        registry.release(engine)
    assert registry.acquire(FILE, tmp_path) is not engine


def test_closing_the_data_of_one_leaves_that_of_another(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "d.db") as database:
        database.execute("create table t (id integer primary key)")
    model = ModelInfo("models.T", ModelForm.TABLE, FILE.name, "t", opaque=True)
    first, second = (AppData({FILE.name: FILE}, tmp_path) for _ in range(2))
    rows = second.rows(model)
    assert first.rows(model).engine is rows.engine
    with rows.engine.connect() as connection:
        first.close()
        assert connection.execute(sa.select(rows.table)).all() == []
    assert second.rows(model) is rows
    second.close()
    assert second.rows(model).get("1") is None
    second.close()


def test_threads_get_one_engine(tmp_path: Path) -> None:
    registry = EngineRegistry()
    together = threading.Barrier(8)
    engines: list[sa.Engine] = []

    def acquire() -> None:
        together.wait()
        engines.append(registry.acquire(FILE, tmp_path))

    threads = [threading.Thread(target=acquire) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(engines)) == 1
    assert registry.users(engines[0]) == 8


def test_connections_are_bounded(tmp_path: Path) -> None:
    engine = open_database(FILE, tmp_path)
    held: list[PoolProxiedConnection] = []
    engine.pool._timeout = 0  # type: ignore[attr-defined]  # the last request would wait 30 s
    with pytest.raises(sa.exc.TimeoutError):
        held.extend(engine.raw_connection() for _ in range(MAX_CONNECTIONS + 1))
    for connection in held:
        connection.close()
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_forked_child_opens_connections_of_its_own(kind: str, tmp_path: Path) -> None:
    """On a server, the process that serves a connection tells which one it is."""
    engine = ENGINES.acquire(url_database("D", url_of(kind)), tmp_path)
    query = sa.text("select pg_backend_pid()" if kind == "postgresql" else "select 1")
    with engine.connect() as connection:
        before = connection.execute(query).scalar_one()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with engine.connect() as connection:
            os.write(write, str(connection.execute(query).scalar_one()).encode())
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    answer = int(os.read(read, 100))
    with engine.connect() as connection:
        assert connection.execute(query).scalar_one() == before
    assert (answer == before) is (kind == "sqlite")
    os.close(read)
    os.close(write)
    ENGINES.release(engine)


@pytest.mark.parametrize(
    ("url", "module", "package"),
    [
        ("postgresql+psycopg://h/d", "psycopg", "'jittask[postgres]'"),
        ("mysql+pymysql://h/d", "pymysql", "'jittask[mysql]'"),
        ("mysql+oursql_x://h/d", None, None),
        ("mssql+pymssql://h/d", "pymssql", "pymssql"),
    ],
)
def test_a_missing_driver_is_named_with_what_installs_it(
    url: str, module: str | None, package: str | None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if module is not None:
        monkeypatch.setitem(sys.modules, module, None)
    words = f"pip install {package}$" if package else "no database by these settings"
    with pytest.raises(DataError, match=words.replace("[", r"\[").replace("]", r"\]")):
        open_database(url_database("D", url), tmp_path)


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    """A pooled connection would go on reading the file that was deleted."""
    info = DatabaseInfo("databases.D", "databases.SqliteType", {"database": "d.db"})
    other = tmp_path / "other.db"
    for file, value in ((tmp_path / "d.db", 1), (other, 2)):
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(f"CREATE TABLE t AS SELECT {value} AS n")
    engine = ENGINES.acquire(info, tmp_path)
    try:
        with engine.connect() as reading:
            assert reading.execute(sa.text("SELECT n FROM t")).scalar() == 1
        other.replace(tmp_path / "d.db")
        with engine.connect() as reading:
            assert reading.execute(sa.text("SELECT n FROM t")).scalar() == 2
    finally:
        ENGINES.release(engine)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mysql"])
def test_what_nobody_uses_is_closed_and_opened_again(kind: str, tmp_path: Path) -> None:
    registry = EngineRegistry()
    engine = registry.acquire(url_database("D", url_of(kind)), tmp_path)
    closed: list[object] = []
    sa.event.listen(engine, "close", lambda connection, _: closed.append(connection))
    engine.connect().close()
    registry.close_unused()
    assert closed == []  # it has been used since the last look
    with engine.connect() as connection:
        registry.close_unused()
        registry.close_unused()
        assert closed == []  # somebody holds it
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    registry.close_unused()
    assert len(closed) == 1
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
    registry.release(engine)


def test_a_database_in_memory_keeps_its_content(tmp_path: Path) -> None:
    registry = EngineRegistry()
    engine = registry.acquire(url_database("D", "sqlite://"), tmp_path)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t AS SELECT 1 AS n"))
    registry.close_unused()
    registry.close_unused()
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT n FROM t")).scalar() == 1
    registry.release(engine)


def test_threads_that_run_bodies_have_a_connection_each(tmp_path: Path) -> None:
    registry = EngineRegistry()
    registry.allow(8)
    engine = registry.acquire(FILE, tmp_path)
    held = [engine.raw_connection() for _ in range(MAX_CONNECTIONS + 7)]
    for connection in held:
        connection.close()
    registry.release(engine)


def test_a_process_without_a_free_connection_says_so(tmp_path: Path) -> None:
    engine = open_database(FILE, tmp_path)
    engine.pool._timeout = 0  # type: ignore[attr-defined]  # it would wait 30 s
    held = [engine.raw_connection() for _ in range(MAX_CONNECTIONS)]
    words = r"models\.T: no connection is free after 30 s"
    with pytest.raises(DataError, match=words), one_line("models.T"), engine.connect():
        pass
    for connection in held:
        connection.close()
    engine.dispose()


def test_idle_connections_are_closed_each_minute() -> None:
    looks: list[int] = []

    class Engines(EngineRegistry):
        def close_unused(self) -> None:
            looks.append(1)

    idle = IdleConnections(Engines())
    now = datetime(2026, 1, 5, tzinfo=UTC)
    for seconds, expected in ((0, 1), (59, 1), (60, 2), (61, 2), (130, 3)):
        idle.step(now + timedelta(seconds=seconds))
        assert len(looks) == expected
