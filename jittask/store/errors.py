"""What the store raises for what a user can fix."""

from __future__ import annotations


class StoreError(Exception):
    """The run store cannot be used: one line that says why, and a hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class BadCursor(StoreError):
    """A text is no cursor, or not one of this listing."""


class NoRecords(StoreError):
    """Nothing has run yet: the run store has not been made."""


class OldSchema(StoreError):
    """The run store was made by an older JitTask, and may not be changed here."""


class StoreUnavailable(StoreError):
    """The run store does not answer now, or refuses to write; this may end by itself.

    A write that raises it may have been done or not.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message, "work continues by itself when the run store answers again")


class AlreadyClaimed(Exception):
    """A run that a plan ends, or lets count others, is not pending any more: nothing is written.

    It concerns the plan alone, so it is no StoreError.
    """

    def __init__(self) -> None:
        super().__init__("a run has been claimed since it was planned")


class LeadershipLost(StoreError):
    """Another runtime plans now: nothing has been written."""

    def __init__(self) -> None:
        super().__init__("another runtime plans now")
