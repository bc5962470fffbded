"""Distinguishes a database that cannot serve now from a mistake of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from jittask import drivers
from jittask.environment import filled_in
from jittask.masking import Mask
from jittask.store.errors import StoreUnavailable


@contextmanager
def answering(place: str) -> Iterator[None]:
    """Turn a database's refusal to serve into StoreUnavailable."""
    try:
        yield
    except DBAPIError as error:
        if not _is_refusal(error):
            raise
        raise StoreUnavailable(f"{place}: {first_line(error)}") from error


def first_line(error: DBAPIError) -> str:
    """Return the first line of what the database said, without secrets."""
    return Mask(filled_in())(drivers.first_line(error.orig))


def _is_refusal(error: DBAPIError) -> bool:
    """Whether an error comes from the state of the database."""
    return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
