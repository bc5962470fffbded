"""A naive model of date-field tasks: it looks at every row at every instant that matters.

Written from sections 3 and 4 of the design, and from nothing else. Where they
leave something open, it has the reading that a user would expect:

- *Late* (D6): a run that begins more than a minute after its effective instant.
- A new filter (D7) is no new timing: it counts from the last scan with the old one.
- *After activation* (D7) and *within grace* (D6) are questions of the effective
  instant, which is the one that a preview shows.
- ``misfire: skip`` (D8) holds for rows that appear late too: what would begin
  more than a minute late does not begin.
- *Latest* (D8) is the latest by effective instant among all that a row has missed,
  whether by downtime or because its date came late; it counts the others.
- A nominal inside a counted range counts as recorded for its row.
- A run that D5 cancels holds nothing: a row that comes back to the same instant
  within grace fires then, late.
- A row that appears late begins at the next look: there are few in the grace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tests.rows.dates import Occurrence, Timing, occurrences

LATE_AFTER = timedelta(seconds=60)
SCAN_OVERLAP = timedelta(seconds=10)
"""What is older than grace, and by this much older than the last scan, may fire too (D4)."""
TICK = timedelta(microseconds=1)
Row = dict[str, Any]


class Missed(NamedTuple):
    first: datetime
    last: datetime
    count: int


class Fired(NamedTuple):
    """What a record of a run that has begun says."""

    row: int
    nominals: tuple[datetime, ...]
    effective: datetime
    late: bool
    missed: Missed | None


@dataclass(frozen=True)
class TaskFile:
    """What a person has written: the task's element."""

    timing: Timing
    enabled: bool = True
    holds: str = "held"
    """The name of the rows that the filter holds back."""
    misfire: str = "latest"
    grace: timedelta = timedelta(days=1)
    overlap: str = "skip"
    """No body is long here; but see the known defects in ``test_examples.py``."""


@dataclass
class NaiveModel:
    """The rows, the task and the records; ``look`` is one look of the runtime at every row."""

    task: TaskFile
    rows: dict[int, Row] = field(default_factory=dict)
    fired: list[Fired] = field(default_factory=list)
    activated: datetime | None = None
    scanned: datetime | None = None
    """The last completed scan."""
    _seen: TaskFile | None = None

    def passes(self, row: Row) -> bool:
        """Whether the filter lets a row through: Q('name','!=',…)."""
        return row["name"] is not None and row["name"] != self.task.holds

    def look(self, now: datetime) -> dict[int, list[Fired | None]]:
        """Return what may begin now, by row: one of these; ``adopt`` says what did."""
        self._activate(now)
        assert self.scanned is not None
        choices = {}
        if self.task.enabled:
            grace = now - self.task.grace - TICK
            for key, row in self.rows.items():
                since = [min(self.scanned, grace), min(self.scanned - SCAN_OVERLAP, grace)]
                choices[key] = [self._of_row(key, row, after, now) for after in since]
        self.scanned = now
        return choices

    def adopt(self, began: list[Fired]) -> None:
        """Remember what has begun."""
        self.fired += began

    def change(self, key: int, row: Row | None) -> None:
        """Write a row, new or not, or delete it."""
        self.rows.pop(key, None)
        if row is not None:
            self.rows[key] = row

    def _activate(self, now: datetime) -> None:
        """D7: new, enabled again, or with another timing; a restart is none."""
        seen, self._seen = self._seen, self.task
        if seen is None or (
            self.task.enabled and (not seen.enabled or self.task.timing.cfg != seen.timing.cfg)
        ):
            self.activated = self.scanned = now
        elif seen.enabled and self.task.holds != seen.holds:
            assert self.activated is not None
            assert self.scanned is not None
            self.activated = max(self.activated, self.scanned + TICK)

    def _of_row(self, key: int, row: Row, after: datetime, now: datetime) -> Fired | None:
        """Return what begins for a row: the latest of what is due and has no record (D6, D8)."""
        if not self.passes(row):
            return None
        due = [
            occurrence
            for occurrence in self._due(row, after, now)
            if not self._held(key, occurrence)
        ]
        if not due:
            return None
        latest = due.pop()
        late = now - latest.effective > LATE_AFTER
        if late and self.task.misfire == "skip":
            return None
        others = [nominal for occurrence in due for nominal in occurrence.nominals]
        missed = Missed(min(others), max(others), len(others)) if others else None
        return Fired(key, latest.nominals, latest.effective, late, missed)

    def _due(self, row: Row, after: datetime, now: datetime) -> list[Occurrence]:
        assert self.activated is not None
        return [
            occurrence
            for occurrence in occurrences(row, self.task.timing, after, now)
            if occurrence.effective >= self.activated
        ]

    def _held(self, key: int, occurrence: Occurrence) -> bool:
        """Whether every nominal stands in a record, or in a counted range of the row."""
        records = [record for record in self.fired if record.row == key]
        return all(
            any(
                nominal in record.nominals
                or (record.missed and record.missed.first <= nominal <= record.missed.last)
                for record in records
            )
            for nominal in occurrence.nominals
        )

    def is_missed(self, key: int, nominal: datetime) -> bool:
        """Whether D8 lets an occurrence fall out: counted by a later one, or by ``skip``."""
        ranges = [record.missed for record in self.fired if record.row == key and record.missed]
        counted = any(missed.first <= nominal <= missed.last for missed in ranges)
        return counted or self.task.misfire == "skip"

    def why_not(self, key: int, effective: datetime) -> set[str]:
        """Return the reasons for which D5 may cancel a run for a row now."""
        row = self.rows.get(key)
        if row is None:
            return {"row-gone"}
        reasons = set() if self.passes(row) else {"row-unmatched"}
        if not occurrences(row, self.task.timing, effective - TICK, effective):
            reasons.add("row-moved")
        return reasons

    def upcoming(self, now: datetime, until: datetime) -> list[datetime]:
        """Return the instants in ``(now, until]`` at which a row may fire."""
        found = {
            occurrence.effective
            for row in self.rows.values()
            for occurrence in occurrences(row, self.task.timing, now, until)
        }
        return sorted(found)
