"""Connections of element code: each model call commits by itself, unless in a transaction (D9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_open: ContextVar[dict[Engine, Connection] | None] = ContextVar("open", default=None)
_stack: ContextVar[ExitStack | None] = ContextVar("stack", default=None)


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    """Give a connection: the transaction's where one is open, else one that commits at the end."""
    joined = _open.get()
    if joined is None:
        with engine.begin() as own:
            yield own
        return
    stack = _stack.get()
    assert stack is not None
    if engine not in joined:
        joined[engine] = stack.enter_context(engine.connect())
        joined[engine].begin()
    yield joined[engine]


@contextmanager
def transaction(*, keep: bool = True) -> Iterator[None]:
    """Gather the model calls inside into one transaction a database.

    Rolled back where the block raises, and always where ``keep`` is False. A
    transaction inside another joins it.
    """
    if _open.get() is not None:
        yield
        return
    joined: dict[Engine, Connection] = {}
    with ExitStack() as stack:
        marks = _open.set(joined), _stack.set(stack)
        try:
            yield
        except BaseException:
            for one in joined.values():
                one.rollback()
            raise
        else:
            for one in joined.values():
                one.commit() if keep else one.rollback()
        finally:
            _open.reset(marks[0])
            _stack.reset(marks[1])
