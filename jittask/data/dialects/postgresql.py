"""PostgreSQL: instants and wall times are types of their own, and dates reach to infinity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from jittask.data.dialects.columns import Clause, DateColumn
from jittask.data.dialects.ranges import Interval, RangeSource, Values, coalesced
from jittask.data.dialects.standard import LOCK_SECONDS, StandardDialect
from jittask.model import FieldType
from jittask.query.expression import Operator

_C_COLLATION = "C"


class PostgresqlDialect(StandardDialect):
    """PostgreSQL."""

    def prepare(self, engine: sa.Engine) -> None:
        """Read ``infinity`` as the last date that Python has, and write it back as infinity."""
        if engine.dialect.driver == "psycopg":
            sa.event.listen(engine, "connect", _read_infinity)

    @property
    def declares_instants(self) -> bool:
        """A column is a timestamp or a timestamptz."""
        return True

    def sane(self, dated: DateColumn) -> Sequence[Clause]:
        """Leave out infinity, and the years before 1 and after 9999."""
        low, high = date.min, date.max
        if dated.kind is FieldType.DATETIME:
            zone = UTC if dated.is_instant else None
            low, high = datetime.min.replace(tzinfo=zone), datetime.max.replace(tzinfo=zone)
        return [dated.column >= low, dated.column <= high]

    def extracted(self, dated: DateColumn, part: Operator) -> sa.ColumnElement[int]:
        """Return a part of the wall time in the task's zone; the week is that of ISO."""
        value: sa.ColumnElement[Any] = dated.column
        if dated.is_shown_otherwise:
            instant = value if dated.is_instant else sa.func.timezone(dated.zone.key, value)
            value = sa.func.timezone(dated.task_zone.key, instant)
        return sa.extract(str(part), value)

    def operand(self, column: sa.Column[Any], value: Any) -> Any:
        """Return a value; the spaces at the end of a CHAR do not count."""
        if isinstance(column.type, sa.CHAR) and isinstance(value, str):
            return value.rstrip(" ")
        return super().operand(column, value)

    def unfolds(self, dated: DateColumn) -> bool:
        """Return True: it has arrays."""
        return True

    def unfolded(self, table: sa.Table, dated: DateColumn) -> RangeSource:
        """Look each one up by itself: without OFFSET, each row is compared with all of them.

        A step is seconds, since a day of a timestamptz would be one of the session's zone.
        """
        kind: Any = ARRAY(dated.column.type)
        ends = sa.text(_SERIES).bindparams(
            sa.bindparam("lows", type_=kind),
            sa.bindparam("highs", type_=kind),
            sa.bindparam("times", type_=ARRAY(sa.Integer)),
            sa.bindparam("steps", type_=ARRAY(sa.Integer)),
        )
        low, high = (_LOW, _HIGH) if dated.kind is FieldType.DATE else (_EARLIER_LOW, _EARLIER_HIGH)
        inside = sa.and_(dated.column >= low, dated.column <= high)
        found = sa.select(table).where(inside).offset(0).lateral("found")
        return RangeSource(found, lambda query: query.select_from(ends, found), coalesced)

    def unfolded_values(self, dated: DateColumn, intervals: Sequence[Interval]) -> Values:
        """Return arrays of the ends, the times and the steps."""
        lows, highs, times, steps = zip(*intervals, strict=True)
        return {
            "lows": list(lows),
            "highs": list(highs),
            "times": list(times),
            "steps": [step // timedelta(seconds=1) for step in steps],
        }

    def contains(self, column: sa.Column[Any], text: str) -> Clause:
        """Compare letter for letter: strpos refuses collations that are not deterministic."""
        letters = sa.collate(sa.cast(column, sa.Text), _C_COLLATION)
        found: Clause = sa.func.strpos(letters, sa.literal(text)) > 0
        return found

    @contextmanager
    def limited(self, connection: sa.Connection, seconds: float) -> Iterator[None]:
        """Limit each statement, and how long it waits for a lock of one table."""
        connection.exec_driver_sql(
            f"SET LOCAL statement_timeout = {round(seconds * 1000)}; "
            f"SET LOCAL lock_timeout = {LOCK_SECONDS * 1000}; "
            "SET LOCAL jit = off"  # compiling costs more than a statement that an index serves
        )
        yield


_SERIES = (
    "unnest(:lows, :highs, :times, :steps) AS jittask_ranges (low, high, times, step)"
    " CROSS JOIN LATERAL generate_series(0, jittask_ranges.times - 1) AS jittask_number"
)
_LOW: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.low")
_HIGH: sa.ColumnElement[Any] = sa.literal_column("jittask_ranges.high")
_BACK = "jittask_number * jittask_ranges.step * interval '1 second'"
_EARLIER_LOW: sa.ColumnElement[Any] = sa.literal_column(f"(jittask_ranges.low - {_BACK})")
_EARLIER_HIGH: sa.ColumnElement[Any] = sa.literal_column(f"(jittask_ranges.high - {_BACK})")


class _InfiniteDate(date):
    """What PostgreSQL calls infinity; for Python it is the first or the last date."""


class _InfiniteDatetime(datetime):
    """What PostgreSQL calls infinity; for Python it is the first or the last instant."""


_LAST = (9999, 12, 31, 23, 59, 59, 999_999)
_ENDS: dict[str, tuple[date, date]] = {
    "date": (_InfiniteDate(1, 1, 1), _InfiniteDate(9999, 12, 31)),
    "timestamp": (_InfiniteDatetime(1, 1, 1), _InfiniteDatetime(*_LAST)),
    "timestamptz": (_InfiniteDatetime(1, 1, 1, tzinfo=UTC), _InfiniteDatetime(*_LAST, tzinfo=UTC)),
}


def _read_infinity(connection: Any, _record: object) -> None:
    """Register how infinity is read and written, on one connection of psycopg."""
    loader, dumper = _adapters()
    for name, ends in _ENDS.items():
        connection.adapters.register_loader(name, loader(name, *ends))
    for kind in (_InfiniteDate, _InfiniteDatetime):
        connection.adapters.register_dumper(kind, dumper)


@cache
def _adapters() -> tuple[Callable[[str, date, date], Any], Any]:
    """Return what makes a loader of a type, and the dumper of infinity."""
    from psycopg import adapters
    from psycopg.adapt import Dumper, Loader
    from psycopg.pq import Format

    @cache
    def loader(name: str, least: date, greatest: date) -> Any:
        usual: Any = adapters.get_loader(adapters.types[name].oid, Format.TEXT)

        class InfinityLoader(Loader):
            def __init__(self, oid: int, context: Any = None) -> None:
                super().__init__(oid, context)
                self._load = usual(oid, context).load

            def load(self, data: Any) -> Any:
                if data == b"infinity":
                    return greatest
                return least if data == b"-infinity" else self._load(data)

        return InfinityLoader

    class InfinityDumper(Dumper):
        def dump(self, obj: date) -> bytes:
            return b"infinity" if obj.year > 1 else b"-infinity"

    return loader, InfinityDumper
