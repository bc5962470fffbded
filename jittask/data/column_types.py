"""The types of columns: of a field that a model declares, and what one of a table holds (F9)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from jittask.model import FieldInfo, FieldType

_BY_FIELD: dict[FieldType, TypeEngine[Any]] = {
    FieldType.TEXT: sa.String(255),
    FieldType.INTEGER: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    FieldType.FLOAT: sa.Double(),
    FieldType.DECIMAL: sa.Numeric(20, 6),
    FieldType.BOOLEAN: sa.Boolean(),
    FieldType.DATE: sa.Date(),
    FieldType.DATETIME: sa.DateTime(),
    FieldType.TIME: sa.Time(),
    FieldType.JSON: sa.JSON(),
    FieldType.OTHER: sa.Text(),
}
_LONG_TEXT = frozenset({"Ltext", "RichText"})
_UUID_LENGTH, _UUID_DIGITS = 36, 32
_KINDS: tuple[tuple[type[TypeEngine[Any]], FieldType], ...] = (
    (sa.Boolean, FieldType.BOOLEAN),
    (sa.DateTime, FieldType.DATETIME),
    (sa.Date, FieldType.DATE),
    (sa.Time, FieldType.TIME),
    (sa.Integer, FieldType.INTEGER),
    (sa.Float, FieldType.FLOAT),
    (sa.Numeric, FieldType.DECIMAL),
    (sa.String, FieldType.TEXT),
    (sa.JSON, FieldType.JSON),
)


class UuidText(TypeDecorator[str]):
    """A UUID as text with hyphens in element code, however its column keeps it.

    A new column is CHAR(36), which every database has. ``column`` is the type of one
    that exists: a UUID of the database's own, 32 or 36 characters, or 16 bytes.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, column: TypeEngine[Any] | None = None) -> None:
        super().__init__()
        self.column = column or sa.CHAR(_UUID_LENGTH)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return self.column

    def process_bind_param(self, value: object, dialect: Dialect) -> Any:
        """Return what the column keeps; a text that is no UUID is passed as it is."""
        if value is None:
            return None
        try:
            uuid = value if isinstance(value, UUID) else UUID(str(value))
        except ValueError:
            return str(value).encode() if self._is_binary else str(value)
        if self._is_binary:
            return uuid.bytes
        if isinstance(self.column, sa.Uuid):
            return uuid if self.column.as_uuid else str(uuid)
        return uuid.hex if self._length == _UUID_DIGITS else str(uuid)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the text with hyphens; what is no UUID as it is."""
        if value is None or isinstance(value, UUID):
            return None if value is None else str(value)
        try:
            if isinstance(value, bytes | bytearray | memoryview):
                return str(UUID(bytes=bytes(value)))
            return str(UUID(value))
        except ValueError:
            return str(value)

    @property
    def _is_binary(self) -> bool:
        return is_binary(self.column)

    @property
    def _length(self) -> int | None:
        length: int | None = getattr(self.column, "length", None)
        return length


class HexBytes(TypeDecorator[bytes]):
    """A column of bytes that also takes what people and records write: hexadecimal digits.

    With hyphens or without, and a UUID. Raises ValueError for another text.
    """

    impl = sa.LargeBinary
    cache_ok = True

    def __init__(self, column: TypeEngine[Any] | None = None) -> None:
        super().__init__()
        self.column = column or sa.LargeBinary()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column."""
        return self.column

    def process_bind_param(self, value: object, dialect: Dialect) -> Any:
        """Return the bytes."""
        match value:
            case UUID():
                return value.bytes
            case str():
                return bytes.fromhex(value.replace("-", ""))
            case _:
                return value


def declared_type(field: FieldInfo, column: TypeEngine[Any] | None = None) -> TypeEngine[Any]:
    """Return the type of a declared field; ``column``: that of its column where it exists."""
    if field.datatype == "Uuid":
        return UuidText(column)
    return sa.Text() if field.datatype in _LONG_TEXT else _BY_FIELD[field.type]


def read_type(column: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type of a reflected column: what is kept as bytes takes hexadecimal digits too."""
    return HexBytes(column) if is_binary(column) else column


def kind_of(column_type: TypeEngine[Any]) -> FieldType:
    """Return what a column of a database holds, as far as filters and schedules care."""
    if _is_mysql_boolean(column_type):
        return FieldType.BOOLEAN
    for sql_type, kind in _KINDS:
        if isinstance(column_type, sql_type):
            return kind
    return FieldType.OTHER


def is_binary(column_type: TypeEngine[Any]) -> bool:
    """Whether a column holds bytes."""
    return isinstance(column_type, sa.types._Binary)


def _is_mysql_boolean(column_type: TypeEngine[Any]) -> bool:
    return getattr(column_type, "display_width", None) == 1
