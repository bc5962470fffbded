"""Rows that come due while a server cuts its connections wait, and run late (R12, D6)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from jittask import Runtime
from jittask.client import Client
from jittask.model import Reason, RunStatus
from jittask.runtime.events import Blocked, Event, Finished, Unblocked
from tests.data.own_database import own_database
from tests.running import PATIENCE
from tests.services import url_of
from tests.tree import Tree

pytestmark = pytest.mark.process
TASK = "tasks.Row"
ROWS = 3
LATE = timedelta(seconds=1)
"""From when on a run counts as late: a minute would be long for a test."""


class Server:
    """A database that a test may cut off: nothing may connect, and what is connected ends."""

    def __init__(self, kind: str, url: str) -> None:
        self._kind = kind
        self._server = sa.create_engine(
            url_of(kind), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        own = make_url(url)
        self.database = str(own.database)
        self.user = self.database
        self.url = url
        if kind == "mysql":
            self._execute(
                f"CREATE USER '{self.user}'@'%%' IDENTIFIED BY 'secret'",
                f"GRANT ALL ON {self.database}.* TO '{self.user}'@'%%'",
            )
            named = own.set(username=self.user, password="secret")
            self.url = named.render_as_string(hide_password=False)

    def cut(self) -> None:
        """End all connections, and let no new one in."""
        if self._kind == "postgresql":
            self._execute(
                f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{self.database}'",
            )
            return
        self._execute(f"ALTER USER '{self.user}'@'%%' ACCOUNT LOCK")
        self.kill()

    def kill(self) -> None:
        """End all connections; new ones may follow."""
        if self._kind == "postgresql":
            self._execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{self.database}'"
            )
        else:
            self._execute(f"KILL USER '{self.user}'@'%%'")

    def restore(self) -> None:
        """Let connections in again."""
        if self._kind == "postgresql":
            self._execute(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true")
        else:
            self._execute(f"ALTER USER '{self.user}'@'%%' ACCOUNT UNLOCK")

    def close(self) -> None:
        """Drop what was made."""
        if self._kind == "mysql":
            self._execute(f"DROP USER '{self.user}'@'%%'")

    def _execute(self, *statements: str) -> None:
        with self._server.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@contextmanager
def server_of(kind: str) -> Iterator[Server]:
    with own_database(kind) as url:
        server = Server(kind, url)
        try:
            yield server
        finally:
            server.restore()
            server.close()


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest, tree: Tree) -> Iterator[Server]:
    with server_of(request.param) as found:
        runtime = {"scanSeconds": 2, "workers": 1}
        tree.write("app.json", {"settings": {"timezone": "UTC", "runtime": runtime}})
        tree.write(
            "databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": found.url}
        )
        tree.write(
            "models/Thing/e.json",
            {"type": "models.TableType", "title": "T", "db": "databases.D", "table": "thing"},
        )
        tree.dated("Row", "def customFunc(row):\n    return row['id']\n")
        engine = sa.create_engine(found.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE thing (id INTEGER PRIMARY KEY, at TIMESTAMP(6) NULL)"
                if request.param == "postgresql"
                else "CREATE TABLE thing (id INTEGER PRIMARY KEY, at DATETIME(6))"
            )
        yield found


def add(server: Server, seconds: float, *numbers: int) -> datetime:
    """Add rows that come due in so many seconds; return when that is."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds)).replace(tzinfo=None)
    engine = sa.create_engine(server.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for number in numbers:
            connection.exec_driver_sql(f"INSERT INTO thing VALUES ({number}, '{at}')")
    return at.replace(tzinfo=UTC)


def finished(runtime: Runtime, row: int) -> Finished:
    event = runtime.wait_for(
        lambda event: (
            isinstance(event, Finished)
            and event.row == str(row)
            and event.status is not RunStatus.PENDING
        ),
        PATIENCE,
    )
    assert isinstance(event, Finished)
    return event


def test_rows_that_come_due_while_the_server_is_cut_off_wait_and_run_late(
    server: Server, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [module for name, module in sys.modules.items() if name.startswith("jittask.")]:
        if hasattr(module, "LATE_AFTER"):
            monkeypatch.setattr(module, "LATE_AFTER", LATE)
    events: list[Event] = []
    with Runtime(tree.root, on_event=events.append) as runtime:
        add(server, 5, 0)
        assert finished(runtime, 0).status is RunStatus.COMPLETED  # so connections are open
        late = add(server, 7, *range(1, ROWS + 1)) + 2 * LATE
        runtime.wait_for(lambda event: getattr(event, "row", "") == str(ROWS), PATIENCE)
        server.cut()
        runtime.wait_for(
            lambda event: (
                isinstance(event, Finished) and event.reason is Reason.BLOCKED and event.at > late
            ),
            PATIENCE,
        )
        server.restore()
        ends = [finished(runtime, row) for row in range(1, ROWS + 1)]
        assert {(end.status, end.reason) for end in ends} == {(RunStatus.COMPLETED, None)}
        runtime.wait_for(lambda event: isinstance(event, Unblocked), PATIENCE)
    assert {event.task for event in events if isinstance(event, Blocked)} == {TASK}
    with Client(tree.root) as jt:
        runs = {run.row_key: run for run in jt.records("Row")}
    assert [runs[str(row)].late for row in range(ROWS + 1)] == [False, *[True] * ROWS]
    assert {(run.status, run.attempt) for run in runs.values()} == {(RunStatus.COMPLETED, 1)}


def test_connections_that_are_killed_now_and_then_lose_no_row(server: Server, tree: Tree) -> None:
    """Each scan and each body may find the connection of its pool dead."""
    with Runtime(tree.root) as runtime:
        for row in range(4):
            add(server, 3, row)
            server.kill()
            end = finished(runtime, row)
            assert (end.status, end.reason) == (RunStatus.COMPLETED, None)
            server.kill()
    with Client(tree.root) as jt:
        assert [run.status for run in jt.records("Row", status=())] == [RunStatus.COMPLETED] * 4
