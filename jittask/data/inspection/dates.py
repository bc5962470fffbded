"""In which forms a column keeps its dates: a bounded sample (rule D4)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.data.dialects import dialect_of
from jittask.data.inspection.tables import ColumnFacts, TableFacts
from jittask.model import FieldType

SAMPLE_ROWS = 200
"""Rows from each end of the key, and values from each end of the column."""
_DIGITS = re.compile(r"\d")
_FRACTION = re.compile(r"\.9+")


@dataclass(frozen=True, slots=True)
class DateForms:
    """What a sample of a column holds."""

    examples: dict[str, str] = field(default_factory=dict)
    """A value of each form that can be read, most frequent first; the form has 9 for a digit."""
    unreadable: tuple[str, ...] = ()
    """Values that are no dates, at most three."""
    looked_at: int = 0


def date_forms(
    connection: Connection, table: TableFacts, column: ColumnFacts, kind: FieldType
) -> DateForms:
    """Look at a bounded number of values. ``kind`` is what the model says they are.

    Raises DBAPIError.
    """
    dialect = dialect_of(connection)
    values = [*_sample(connection, table, column.name)]
    forms: Counter[str] = Counter()
    examples: dict[str, str] = {}
    unreadable: dict[str, None] = {}
    for value in values:
        if not dialect.is_readable(value, kind):
            unreadable.setdefault(repr(value))
            continue
        form = _form(value)
        forms[form] += 1
        examples.setdefault(form, str(value))
    ordered = {form: examples[form] for form, _ in forms.most_common()}
    return DateForms(ordered, tuple(unreadable)[:3], len(values))


def _sample(connection: Connection, table: TableFacts, name: str) -> Iterator[Any]:
    """Yield values as the database keeps them, from the ends that it finds without a scan."""
    column: sa.ColumnElement[Any] = sa.column(name)
    shown = dialect_of(connection).shown(column)
    query = sa.select(shown).select_from(sa.table(table.name, schema=table.schema))
    query = query.limit(SAMPLE_ROWS)
    orders: list[Sequence[sa.ColumnElement[Any]]] = [()]
    if table.primary_key and not table.is_view:
        key: list[sa.ColumnElement[Any]] = [sa.column(part) for part in table.primary_key]
        orders = [key, [part.desc() for part in key]]
    if table.is_indexed(name):
        orders += [[column], [column.desc()]]
    for order in orders:
        dated = query.where(column.is_not(None)) if order and order[0] is column else query
        rows = connection.execute(dated.order_by(*order)).scalars()
        yield from (value for value in rows if value is not None)


def _form(value: object) -> str:
    """Return a value with 9 for each digit; fractions count as one, whatever their length."""
    return _FRACTION.sub(".9", _DIGITS.sub("9", str(value)))
