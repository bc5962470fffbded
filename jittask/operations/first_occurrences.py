"""A row timer of which each row gives only its first occurrences of a window.

It asks which rows fire, in memory that depends neither on the length of the window
nor on how short the cycle is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from jittask.compiler.compiled import DateFieldTask
from jittask.model import Occurrence
from jittask.schedule.row_timer import RowTimer
from jittask.schedule.timer import Timer


def first_occurrences(task: DateFieldTask, most: int) -> DateFieldTask:
    """Return the task with a timer whose rows give at most ``most`` occurrences of a window."""
    given = (field.name for field in fields(task.timer) if field.init)
    values = {name: getattr(task.timer, name) for name in given}
    return replace(task, timer=_ShortRowTimer(**values, most=most))


@dataclass(frozen=True, slots=True)
class _ShortRowTimer(RowTimer):
    most: int = 1

    def timer_of(self, row: Mapping[str, object], column_zone: ZoneInfo | None) -> Timer | None:
        timer = RowTimer.timer_of(self, row, column_zone)
        if timer is None:
            return None
        return _ShortTimer(
            timer.zone, timer.start, timer.end, timer.cycle, timer.roll, most=self.most
        )


@dataclass(frozen=True, slots=True)
class _ShortTimer(Timer):
    most: int = 1

    def between(self, a: datetime, b: datetime) -> Iterator[Occurrence]:
        return islice(Timer.between(self, a, b), self.most)
