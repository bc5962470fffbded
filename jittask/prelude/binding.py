"""What ties a model's class to its table in a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from jittask.clock import SystemClock
from jittask.data.databases import one_line
from jittask.model import ModelInfo
from jittask.prelude.session import Session


@dataclass(frozen=True, slots=True)
class Binding:
    """A model's table, its database, and the zone of its wall times."""

    info: ModelInfo
    table: sa.Table
    session: Session
    zone: ZoneInfo

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the key fields."""
        return tuple(one.name for one in self.info.key_fields)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of all fields."""
        return tuple(one.name for one in self.info.fields)

    def now(self) -> datetime:
        """Return the instant, in the app's zone."""
        return SystemClock().now().astimezone(self.zone)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give the connection of a call that reads; the database's errors become DataError."""
        with one_line(self.info.name), self.session.reading(self.info.database) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the connection of a call that writes; the database's errors become DataError."""
        model, database = self.info.name, self.info.database
        with one_line(model), self.session.writing(database, model) as connection:
            yield connection
