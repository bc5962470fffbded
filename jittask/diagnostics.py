"""What a diagnostic is: a value with a code, a place, a message and a hint (rules V1, V3).

Checks return diagnostics and never raise for a user's mistake. The codes and
what they mean stand in ``jittask/rules.py``, one table that the
documentation and ``jittask rule`` are made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: an error keeps its element from loading, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: lines and columns count from 1, columns in code points, ends exclusive.

    ``file`` is a posix path relative to the tree; ``pointer`` a JSON pointer
    (RFC 6901) into a JSON file, or None.
    """

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake, said once: ``message`` says what is expected and what is there."""

    code: str
    severity: Severity
    message: str
    location: Location
    hint: str | None = None
    element: str | None = None
    because: str | None = None
    """The element or file whose own mistake this follows from; None for a mistake."""

    @property
    def is_error(self) -> bool:
        """Whether the element it is about cannot load."""
        return self.severity is Severity.ERROR

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """The order of every report: by file, place, code and message."""
        place = self.location
        return (place.file, place.line, place.column, self.code, self.message)
