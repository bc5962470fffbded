"""What each database does in its own way with dates, numbers, texts and keys.

One class for each database; ``dialect_of`` gives it. Nothing else under
``data`` asks which database it has, except what makes URLs and connections.
"""

from __future__ import annotations

import sqlalchemy as sa

from jittask.data.dialects.columns import Clause, DateColumn
from jittask.data.dialects.mysql import MysqlDialect
from jittask.data.dialects.postgresql import PostgresqlDialect
from jittask.data.dialects.sqlite import SqliteDialect
from jittask.data.dialects.standard import StandardDialect

__all__ = ["Clause", "DateColumn", "StandardDialect", "dialect_of"]

_STANDARD = StandardDialect()
_DIALECTS: dict[str, StandardDialect] = {
    "postgresql": PostgresqlDialect(),
    "mysql": MysqlDialect(),
    "mariadb": MysqlDialect(),
    "sqlite": SqliteDialect(),
}


def dialect_of(connected: sa.Engine | sa.Connection) -> StandardDialect:
    """Return how the database of an engine or a connection works."""
    return _DIALECTS.get(connected.dialect.name, _STANDARD)
