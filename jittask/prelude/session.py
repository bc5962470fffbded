"""Transactions of element code (rule D9).

A model call commits by itself, unless in a transaction. A transaction inside
another is a savepoint of it: what it rolls back is gone, the rest is not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.prelude.changes import committed

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine, NestedTransaction

WAIT_SECONDS = 10
"""How long a thread waits for a transaction of another one in a rehearsal."""


class Session:
    """One open transaction: a connection for each database that is used, and its savepoints."""

    def __init__(self) -> None:
        self._connections: dict[Engine, Connection] = {}
        self._nested: list[dict[Engine, NestedTransaction]] = []
        self._changed: set[str] = set()
        self._call = threading.RLock()  # a connection serves one thread at a time

    @contextmanager
    def connection(self, engine: Engine, *, savepoint: bool = False) -> Iterator[Connection]:
        """Give the database's connection for one call; in a savepoint of its own if asked."""
        with self._call, ExitStack() as stack:
            if savepoint:
                stack.enter_context(self.nested())
            yield self._joined(engine)

    def note_change(self, model: str) -> None:
        """Note that a model's rows change, should this be committed."""
        self._changed.add(model)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Roll back what the block did where it raises; leave the rest of the transaction."""
        savepoints: dict[Engine, NestedTransaction] = {}
        self._nested.append(savepoints)
        try:
            yield
        except BaseException:
            with self._call:
                for savepoint in savepoints.values():
                    savepoint.rollback()
            raise
        else:
            with self._call:
                for savepoint in savepoints.values():
                    savepoint.commit()
        finally:
            self._nested = [level for level in self._nested if level is not savepoints]

    def end(self, *, commit: bool) -> None:
        """Commit on each database, or roll back, and close the connections.

        Raises DataError where a database refuses; those that follow are rolled back.
        """
        if not self._connections:
            return
        from jittask.data.databases import one_line  # late: without a model there is no database

        with one_line("transaction"), ExitStack() as stack:
            for connection in self._connections.values():
                stack.callback(connection.close)  # rolls back what is not committed
            for connection in self._connections.values() if commit else ():
                connection.commit()
        if commit and self._changed:
            committed(frozenset(self._changed))

    def _joined(self, engine: Engine) -> Connection:
        connection = self._connections.get(engine)
        if connection is None:
            connection = self._connections[engine] = engine.connect()
            connection.begin()
        for savepoints in self._nested:
            if engine not in savepoints:
                savepoints[engine] = connection.begin_nested()
        return connection


class Rehearsal:
    """A session for all threads of the process, in which ``commit`` means a savepoint's end.

    One thread at a time is inside: its savepoints must hold no other's changes.
    """

    def __init__(self) -> None:
        self._session = Session()
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what ``transaction`` does, as a savepoint."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise TimeoutError("another thread has had a transaction open for too long")
        token = _session.set(self._session)
        try:
            with self._session.nested():
                yield
        finally:
            _session.reset(token)
            self._lock.release()

    @contextmanager
    def connection(self, engine: Engine, *, changes: str | None) -> Iterator[Connection]:
        """Do what ``connection`` does outside a transaction, with a savepoint for a commit."""
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise TimeoutError("another thread has had a transaction open for too long")
        try:
            if changes is not None:
                self._session.note_change(changes)
            with self._session.connection(engine, savepoint=changes is not None) as connection:
                yield connection
        finally:
            self._lock.release()

    def end(self, *, commit: bool) -> None:
        """Commit all that was done, or roll it back. Raises DataError as a session does."""
        self._session.end(commit=commit)


_session: ContextVar[Session | None] = ContextVar("session", default=None)


@dataclass(slots=True)
class _Process:
    rehearsal: Rehearsal | None = None


_process = _Process()


@contextmanager
def connection(engine: Engine, *, changes: str | None) -> Iterator[Connection]:
    """Give the connection of a model call: the transaction's, or one that commits at the end.

    ``changes`` is the model whose rows the call writes; None where it only reads.
    """
    session = _session.get()
    if session is not None:
        if changes is not None:
            session.note_change(changes)
        with session.connection(engine) as joined:
            yield joined
    elif _process.rehearsal is not None:
        with _process.rehearsal.connection(engine, changes=changes) as joined:
            yield joined
    else:
        with engine.begin() as separate:
            yield separate
        if changes is not None:
            committed(frozenset((changes,)))


@contextmanager
def transaction() -> Iterator[None]:
    """Gather the model calls inside into one transaction a database.

    Rolled back where the block raises. A transaction inside another is a
    savepoint of it. Raises DataError where a database refuses to commit.
    """
    session = _session.get()
    if session is not None:
        with session.nested():
            yield
    elif _process.rehearsal is not None:
        with _process.rehearsal.transaction():
            yield
    else:
        with _separate_transaction():
            yield


@contextmanager
def rehearsal(*, keep: bool) -> Iterator[None]:
    """Let this process commit nothing before the block ends, and then only if ``keep``.

    Inside, model calls and transactions end as usual for the code that makes
    them, as savepoints, on one connection a database for all threads.
    """
    _process.rehearsal = whole = Rehearsal()
    completed = False
    try:
        yield
        completed = True
    finally:
        _process.rehearsal = None
        whole.end(commit=keep and completed)


@contextmanager
def _separate_transaction() -> Iterator[None]:
    session = Session()
    token = _session.set(session)
    completed = False
    try:
        yield
        completed = True
    finally:
        _session.reset(token)
        session.end(commit=completed)
