"""What a listing of runs asks for, and the page that answers it: plain frozen values (rule R1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jittask.model import Run, RunStatus, Trigger

OVERDUE_AFTER = timedelta(seconds=60)
"""How long past its expected start a pending run is overdue (R1)."""
VERSION_DIGITS = 6
"""How many digits of a version a filter must give; ``VERSION_HEAD`` has the same number."""


class By(StrEnum):
    """The instant that a listing is sorted by, and that its times bound."""

    EFFECTIVE = "effective"
    NOMINAL = "nominal"
    START = "start"
    """When a run first began; those that have not are left out."""


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which runs; None means all. The times bound the instant sorted by, and are included."""

    tasks: tuple[str, ...] | None = None
    """Any of these, by their full names; an empty tuple lets nothing through."""
    row_keys: tuple[str, ...] = ()
    """Any of these; none asks for all. A row may have been stored in several forms (D4)."""
    statuses: frozenset[RunStatus] = frozenset()
    overdue: bool = False
    """Only runs that are pending and past due by more than a minute (R1)."""
    trigger: Trigger | None = None
    version: str | None = None
    """The first digits of the version that ran last, six at least."""
    late: bool = False
    """Only runs that were seen or planned only after they were due."""
    text: str | None = None
    """What the error, the reason in words or the log has, in large or small letters."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Which page: how many runs, in which order, after which cursor."""

    limit: int = 50
    after: str | None = None
    by: By = By.EFFECTIVE
    descending: bool = True


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A page of runs, and the cursor of the next page."""

    records: tuple[Run, ...]
    next: str | None
    searched_to: datetime | None = None
    """Where a search for a text has stopped before the page was full; the next page continues."""


@dataclass(frozen=True, slots=True)
class RunCount:
    """How many runs there are; at least so many where ``capped``."""

    number: int
    capped: bool
