"""How far each task has been planned: the mark that outlives its pruned runs (rule R3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from jittask.store.batch import AT_ONCE, FLAG, NUMBER, TEXT, batch
from jittask.store.instants import from_micros, maybe_micros, to_micros
from jittask.store.tables import marks

_INSTANTS = 4096


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a task has been planned, and since when it counts (D7)."""

    task: str
    activated: datetime
    timing_digest: str
    version: str
    planned_until: datetime
    """Up to here every occurrence has been decided on, or stands pending."""
    walked_until: datetime
    """Up to here every occurrence has come due: what a clock that is set back does not undo."""
    enabled: bool
    vanished: datetime | None = None


def all_watermarks(connection: Connection) -> dict[str, Watermark]:
    """Return every task's mark, by task."""
    instant = lru_cache(_INSTANTS)(from_micros)  # what was planned at once has some in common
    columns = (marks.c[name] for name in _MARKED)
    return {
        task: Watermark(
            task, instant(activated), timing_digest, version, instant(planned_until),
            instant(walked_until), enabled, None if vanished is None else instant(vanished),
        )
        for part in connection.execute(sa.select(*columns)).partitions(AT_ONCE)
        for task, activated, timing_digest, version, planned_until, walked_until, enabled, vanished
        in part
    }  # fmt: skip


def put_watermarks(connection: Connection, wanted: Sequence[Watermark]) -> None:
    """Write the marks of tasks, those that have none yet too."""
    values = [
        (mark.task, to_micros(mark.activated), mark.timing_digest, mark.version,
         to_micros(mark.planned_until), to_micros(mark.walked_until), mark.enabled,
         maybe_micros(mark.vanished))
        for mark in wanted
    ]  # fmt: skip
    rows = batch(connection, values, **_MARKED)
    standing = connection.execute(
        sa.update(marks)
        .where(marks.c.task == rows.c.task)
        .values({name: rows.c[name] for name in _MARKED if name != "task"})
        .returning(marks.c.task)
    )
    known = set(standing.scalars())
    if new := [one for one in values if one[0] not in known]:
        rows = batch(connection, new, **_MARKED)
        connection.execute(sa.insert(marks).from_select(list(_MARKED), sa.select(rows)))


_MARKED: Mapping[str, TypeEngine[Any]] = {
    "task": TEXT, "activated": NUMBER, "timing_digest": TEXT, "version": TEXT,
    "planned_until": NUMBER, "walked_until": NUMBER, "enabled": FLAG, "vanished": NUMBER,
}  # fmt: skip
