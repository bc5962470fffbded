"""How far each task has been planned: a watermark, which outlives its pruned runs (rule R3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.store.batch import FETCH_ROWS, FLAG, NUMBER, TEXT, batch
from jittask.store.instants import from_micros, maybe_micros, to_micros
from jittask.store.tables import watermarks

_INSTANTS = 4096
_WHOLE = 64
"""Digits of the digest that programs of older schemas compare, too."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a task has been planned, and since when it counts (D7)."""

    task: str
    activated: datetime
    timing_digest: str
    """As a compiled task has it: of all, and then perhaps without the filter."""
    version: str
    planned_until: datetime
    """Up to here every occurrence has been decided on, or is pending."""
    walked_until: datetime
    """Up to here every occurrence has come due: a clock that is set back does not undo it."""
    enabled: bool
    vanished: datetime | None = None

    def moved(self, planned_until: datetime, walked_until: datetime) -> Watermark:
        """Return the mark of a task that has been planned further."""
        return Watermark(
            self.task,
            self.activated,
            self.timing_digest,
            self.version,
            planned_until,
            walked_until,
            self.enabled,
            self.vanished,
        )  # fmt: skip - four times as fast as replace, for each plan


def all_watermarks(connection: Connection) -> dict[str, Watermark]:
    """Return every task's watermark, by task."""
    instant = lru_cache(_INSTANTS)(from_micros)  # tasks that were planned together share instants
    columns = (watermarks.c[name] for name in _COLUMNS)
    return {
        task: Watermark(
            task, instant(activated), timing_digest + (timer_digest or ""), version,
            instant(planned_until), instant(walked_until), enabled,
            None if vanished is None else instant(vanished),
        )
        for chunk in connection.execute(sa.select(*columns)).partitions(FETCH_ROWS)
        for task, activated, timing_digest, timer_digest, version, planned_until, walked_until,
        enabled, vanished in chunk
    }  # fmt: skip


def put_watermarks(connection: Connection, changed: Sequence[Watermark]) -> None:
    """Write the watermarks of tasks, also of those that have none yet."""
    values = [
        (watermark.task, to_micros(watermark.activated), watermark.timing_digest[:_WHOLE],
         watermark.timing_digest[_WHOLE:] or None, watermark.version,
         to_micros(watermark.planned_until), to_micros(watermark.walked_until), watermark.enabled,
         maybe_micros(watermark.vanished))
        for watermark in changed
    ]  # fmt: skip
    rows = batch(connection, values, **_COLUMNS)
    updated = connection.execute(
        sa.update(watermarks)
        .where(watermarks.c.task == rows.c.task)
        .values({name: rows.c[name] for name in _COLUMNS if name != "task"})
        .returning(watermarks.c.task)
    )
    known = set(updated.scalars())
    if new := [row for row in values if row[0] not in known]:
        rows = batch(connection, new, **_COLUMNS)
        connection.execute(sa.insert(watermarks).from_select(list(_COLUMNS), sa.select(rows)))


_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "task": TEXT, "activated": NUMBER, "timing_digest": TEXT, "timer_digest": TEXT,
    "version": TEXT, "planned_until": NUMBER, "walked_until": NUMBER, "enabled": FLAG,
    "vanished": NUMBER,
}  # fmt: skip
