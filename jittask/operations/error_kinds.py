"""What every face makes of an operation's error: exit codes and HTTP (rules V1, C2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jittask.operations.errors import (
    BrokenTask,
    Conflict,
    InvalidArgument,
    NoRecords,
    NotFound,
    NotLoaded,
    OperationError,
    Outdated,
    Unavailable,
)

_PROBLEMS, _WRONG_USE = 1, 2


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """How an error is named to programs, and how faces end because of it."""

    code: str
    title: str
    exit_code: int
    """Of a command (V1)."""
    http_status: int


ERROR_KINDS: Mapping[type[OperationError], ErrorKind] = {
    OperationError: ErrorKind("refused", "It cannot be done", _PROBLEMS, 422),
    NotFound: ErrorKind("not-found", "There is no such thing", _PROBLEMS, 404),
    NoRecords: ErrorKind("no-records", "Nothing has run yet", _PROBLEMS, 404),
    InvalidArgument: ErrorKind("invalid-argument", "An argument cannot be used", _WRONG_USE, 422),
    Conflict: ErrorKind("conflict", "Its state does not allow this", _PROBLEMS, 409),
    BrokenTask: ErrorKind("broken-task", "The task cannot load", _PROBLEMS, 409),
    NotLoaded: ErrorKind("not-loaded", "The runtime has not loaded what is saved", _PROBLEMS, 409),
    Outdated: ErrorKind("outdated", "The file has changed meanwhile", _PROBLEMS, 412),
    Unavailable: ErrorKind("unavailable", "A database does not answer", _PROBLEMS, 503),
}
"""By type of error; a type that is not here counts as the nearest one above it."""


def kind_of(error: OperationError) -> ErrorKind:
    """Return what the table says of an error."""
    return next(ERROR_KINDS[kind] for kind in type(error).__mro__ if kind in ERROR_KINDS)
