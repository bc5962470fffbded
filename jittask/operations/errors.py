"""What an operation raises when it cannot do what was asked: one line, and a hint.

Faces translate these types by the table in ``error_kinds``: the command line into
an exit code, the console into an HTTP status. ``jittask.Client`` raises them as they are.
"""

from __future__ import annotations


class OperationError(Exception):
    """The base of all of them. ``hint`` says what to do; None where nothing helps."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class NotFound(OperationError):
    """There is no such tree, task, row or run."""


class NoRecords(NotFound):
    """There is no run store yet: nothing has run."""


class InvalidArgument(OperationError):
    """An argument cannot be used; ``argument`` names it, as in Python."""

    def __init__(self, argument: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.argument = argument


class Conflict(OperationError):
    """The thing is not in a state in which this can be done."""


class BrokenTask(Conflict):
    """The task cannot load, so nothing can be asked of it but its diagnostics."""


class NotLoaded(Conflict):
    """The runtime has not loaded the task as it is saved."""


class Outdated(Conflict):
    """The file is not the version that an edit began from."""


class Unavailable(OperationError):
    """The run store or a database does not answer, or refuses: trying again may help."""
