"""The one exception that a runtime raises for what a user can mend."""

from __future__ import annotations


class RuntimeFailure(Exception):
    """The runtime cannot start: one line of why, and a hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
