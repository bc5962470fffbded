"""Remembers the few rows of the grace that each fast scan reads again and need no decision (D6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jittask.model import Occurrence
from jittask.runtime import scan_windows
from jittask.runtime.due_rows import DueRow


class DecidedRows:
    """The rows of one task that the last fast scan has decided on, and that are long past."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[Occurrence, ...]] = {}
        self._this: dict[str, tuple[Occurrence, ...]] = {}

    @property
    def are_few(self) -> bool:
        """Whether so few rows are in the grace that it may be read at each scan."""
        return len(self._this) <= scan_windows.FEW_ROWS

    def others(self, due: Sequence[DueRow], begin: datetime) -> list[DueRow]:
        """Return the rows to decide on: the new ones, and those that fire after ``begin``."""
        found = []
        for row in due:
            if row.occurrences[-1].effective <= begin:
                self._this[row.key] = row.occurrences
                if self._last.get(row.key) == row.occurrences:
                    continue
            found.append(row)
        return found

    def end_scan(self) -> None:
        """Note that the scan has ended; the next one compares with it."""
        self._last, self._this = self._this, {}
