"""The SQL of the model API: small functions on a binding and a connection."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.data.sql import where
from jittask.prelude.binding import Binding
from jittask.prelude.values import stored
from jittask.query import Q
from jittask.query.check import check
from jittask.query.expression import Expression
from jittask.query.parse import parse

Filter = str | Q | Expression | None
Order = Sequence[Sequence[Any]] | None
Values = dict[str, Any]
Key = Mapping[str, Any]
Clause = sa.ColumnElement[bool]



def clause(binding: Binding, condition: Filter) -> Clause | None:
    """Return a filter as SQL, None for none. Raises ValueError for one that does not fit."""
    if condition is None or condition == "":
        return None
    if isinstance(condition, str):
        expression: Expression = parse(condition)
    else:
        expression = condition.expression if isinstance(condition, Q) else condition
    problems = check(expression, {one.name: one.type for one in binding.info.fields})
    if problems:
        first = problems[0]
        hint = f" ({first.hint})" if first.hint else ""
        raise ValueError(f"{binding.info.name}: {first.message}{hint}")
    return where(expression, binding.table, binding.info, binding.now(), binding.zone)


def select(
    binding: Binding,
    connection: Connection,
    condition: Clause | None,
    *,
    fields: Sequence[str] | None = None,
    order: Order = None,
    limit: int | None = None,
    offset: int | None = None,
) -> list[Values]:
    """Return rows by field name, in that order and then by key."""
    names = dict.fromkeys([*binding.keys, *(fields or binding.fields)])
    query = sa.select(*(_column(binding, name).label(name) for name in names))
    if condition is not None:
        query = query.where(condition)
    query = query.order_by(*_order(binding, order)).limit(limit).offset(offset)
    return [dict(row) for row in connection.execute(query).mappings()]


def count(binding: Binding, connection: Connection, condition: Clause | None) -> int:
    """Return how many rows pass."""
    query = sa.select(sa.func.count()).select_from(binding.table)
    if condition is not None:
        query = query.where(condition)
    return int(connection.execute(query).scalar_one())


def by_key(binding: Binding, connection: Connection, key: Key) -> Values | None:
    """Return the row of a key, or None."""
    found = select(binding, connection, same_key(binding, key))
    return found[0] if found else None


def insert(binding: Binding, connection: Connection, values: Values) -> Values:
    """Add a row and return it whole, as the database made it."""
    ready = stored(values, binding.info, binding.zone)
    result = connection.execute(sa.insert(binding.table).values(ready))
    made = dict(zip((one.key for one in binding.table.primary_key), _made(result), strict=False))
    key = {name: values[name] if values.get(name) is not None else made[name] for name in binding.keys}
    row = by_key(binding, connection, key)
    assert row is not None
    return row


def update(binding: Binding, connection: Connection, condition: Clause, values: Values) -> int:
    """Change the rows that pass; return how many did."""
    if not values:
        return 0
    ready = stored(values, binding.info, binding.zone)
    return connection.execute(sa.update(binding.table).where(condition).values(ready)).rowcount


def delete(binding: Binding, connection: Connection, condition: Clause) -> int:
    """Delete the rows that pass; return how many did."""
    return connection.execute(sa.delete(binding.table).where(condition)).rowcount


def key_of(binding: Binding, values: Mapping[str, Any]) -> Values | None:
    """Return the key that ``values`` hold, None where part of it is missing."""
    key = {name: values.get(name) for name in binding.keys}
    return None if None in key.values() else key


def key_from(binding: Binding, given: Any) -> Values:
    """Return the key that element code names: a value, or a list of several."""
    parts = list(given) if isinstance(given, list | tuple) else [given]
    if len(parts) != len(binding.keys):
        wanted = ", ".join(binding.keys)
        raise ValueError(f"{binding.info.name}: a row is named by its {wanted}, got {given!r}")
    return dict(zip(binding.keys, parts, strict=True))


def same_key(binding: Binding, key: Key) -> Clause:
    """Return the condition of one key."""
    ready = stored(key, binding.info, binding.zone)
    return reduce(operator.and_, (binding.table.c[name] == ready[name] for name in binding.keys))


def _made(result: sa.CursorResult[Any]) -> Sequence[Any]:
    return result.inserted_primary_key or ()


def _column(binding: Binding, name: str) -> sa.Column[Any]:
    if name not in binding.fields:
        known = ", ".join(binding.fields)
        raise KeyError(f"{binding.info.name} has no field {name!r}; it has: {known}")
    return binding.table.c[name]


def _order(binding: Binding, order: Order) -> list[sa.ColumnElement[Any]]:
    columns: list[sa.ColumnElement[Any]] = []
    for name, direction in order or ():
        column = _column(binding, name)
        columns.append(column.desc() if direction in (-1, "-1", "desc", "DESC") else column.asc())
    return [*columns, *(binding.table.c[name] for name in binding.keys)]
