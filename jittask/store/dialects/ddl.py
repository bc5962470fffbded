"""What a table or an index needs on every database, for ``tables`` and for the migrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from jittask.store.dialects.registry import DIALECTS


def serial() -> TypeEngine[int]:
    """Return the type of a column of ascending ids."""
    kind = sa.BigInteger()
    for dialect in DIALECTS.values():
        if dialect.serial is not None:
            kind = kind.with_variant(dialect.serial, dialect.name)
    return kind


def ids_never_reused() -> dict[str, Any]:
    """Return the table options with which the id of a deleted row is not given again."""
    return {
        name: value
        for dialect in DIALECTS.values()
        for name, value in dialect.ids_never_reused.items()
    }


def stored_by_key() -> dict[str, Any]:
    """Return the table options that store the rows in the order of the primary key."""
    return {
        name: value
        for dialect in DIALECTS.values()
        for name, value in dialect.stored_by_key.items()
    }


def partial_index(where: str) -> dict[str, Any]:
    """Return the index options with which an index holds only the rows that fulfil ``where``."""
    return {
        name: value
        for dialect in DIALECTS.values()
        for name, value in dialect.partial_index(sa.text(where)).items()
    }
