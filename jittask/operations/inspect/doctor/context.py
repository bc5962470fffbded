"""What every check of one database is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jittask.data.inspection.tables import column_in_sql
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.section import Draft

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from jittask.compiler.compiled import CompiledApp
    from jittask.data.inspection.servers import ServerFacts


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """A database that answers, and where to write what is found in it."""

    connection: Connection
    server: ServerFacts
    app: CompiledApp
    draft: Draft
    places: Places
    manages_tables: bool
    """Whether a runtime adds tables and columns that are missing (F9)."""

    @property
    def user(self) -> str:
        """Who we are to the server."""
        return self.connection.engine.url.username or "the user"

    @property
    def user_in_sql(self) -> str:
        """The same as a statement has it."""
        name = self.connection.engine.url.username
        return column_in_sql(self.connection, name) if name else "…"

    @property
    def is_sqlite(self) -> bool:
        """Whether a column may hold values of any type."""
        return self.connection.dialect.name == "sqlite"
