"""What a caller may do, and what a route asks for (rule C23)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

ROLE_KEY = "x-jittask-role"
"""The key of a route's role in the API's description."""
ASKS_KEY = "x-jittask-asks"
"""The key that says of a POST that it changes nothing: its question is too long for a path."""


class Role(IntEnum):
    """Each may do what those before it may."""

    READ = 1
    OPERATE = 2
    """Run, end, pause and resume."""
    EDIT = 3
    """Change files."""

    @property
    def word(self) -> str:
        """The role as people and programs write it."""
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str) -> Role:
        """Return the role that is written so. Raises KeyError."""
        return cls[word.upper()]


def needs(role: Role) -> dict[str, Any]:
    """Return what a route is declared with, so that it asks for a role."""
    return {ROLE_KEY: role.word}
