"""Which windows of time a task's rows are looked for in, decided purely (rules D4, D6, R1).

The fast scan reads what comes due before the next scans, and costs what is
due. The sweep reads what may have appeared late, and what comes within the hour.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jittask.compiler.compiled import DateFieldTask
from jittask.runtime.activation import grace
from jittask.runtime.due_rows import Window
from jittask.store.watermarks import Watermark

AHEAD = timedelta(hours=1)
"""How far ahead a row has a pending run (R1)."""
SWEEP_EVERY = timedelta(minutes=5)
"""How often all of the grace is looked through for rows that appeared late (D4)."""
FEW_ROWS = 50
"""Where the grace holds no more rows, each fast scan reads it too."""
_FAST = timedelta(minutes=10)
_SCANS_AHEAD = 2


def is_behind(mark: Watermark, now: datetime) -> bool:
    """Whether a task was not scanned for so long that only a sweep catches up."""
    return now - mark.planned_until > _FAST


def soon(now: datetime, overlap: timedelta) -> datetime:
    """Return up to when every occurrence is planned, so that none comes between two scans."""
    return now + _SCANS_AHEAD * overlap


def fast_window(
    task: DateFieldTask, mark: Watermark, now: datetime, overlap: timedelta, *, few: bool
) -> Window:
    """Return the window of a fast scan; with ``few`` rows in the grace, it reaches over it."""
    start = ordinary_start(mark, now, overlap)
    if few:
        start = min(start, now - grace(task))
    return Window(max(start, mark.activated), soon(now, overlap))


def ordinary_start(mark: Watermark, now: datetime, overlap: timedelta) -> datetime:
    """Return from when on a fast scan decides again on what it has seen."""
    return min(mark.planned_until, now) - overlap  # the clock may have been set back


def sweep_window(task: DateFieldTask, mark: Watermark, now: datetime, overlap: timedelta) -> Window:
    """Return the window of a sweep, which lasts until the sweep after it has ended."""
    start = min(ordinary_start(mark, now, overlap), now - grace(task))
    return Window(max(start, mark.activated), max(now + AHEAD + SWEEP_EVERY, soon(now, overlap)))
