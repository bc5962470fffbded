"""The one exception that the store raises for what a user can mend."""

from __future__ import annotations


class StoreError(Exception):
    """The run store cannot be used: one line of what, and a hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
