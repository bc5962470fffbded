"""Values of a filter, turned into the type of their field, for SQL and for a row alike."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from jittask.model import FieldType
from jittask.query.expression import Relative, Shifted

_YEAR = 12
"""Months."""


class Misfit(ValueError):
    """A value that its field cannot hold."""


def coerce(value: object, kind: FieldType, now: datetime, zone: ZoneInfo) -> object:
    """Return ``value`` as a field of that kind holds it; raises Misfit.

    A datetime is an instant where the value says so, as NOW() does, and else
    wall time of the task. A datetime field compared with a date takes its
    midnight; a date field compared with an instant, its date in ``zone``.
    """
    if value is None:
        return None
    if isinstance(value, Relative):
        value = Shifted(value, 0, "day")
    if isinstance(value, Shifted):
        local = _shifted(now, zone, value)
        value = local if value.base is Relative.NOW else local.date()
    return _as(value, kind, zone)


def _shifted(now: datetime, zone: ZoneInfo, by: Shifted) -> datetime:
    """Return now and some units: minutes and hours as they pass, longer ones by the calendar.

    A day that a month lacks becomes its last.
    """
    match by.unit:
        case "minute" | "hour":
            return (now + timedelta(**{f"{by.unit}s": by.amount})).astimezone(zone)
        case "day" | "week":
            return now.astimezone(zone) + timedelta(**{f"{by.unit}s": by.amount})
        case _:
            local = now.astimezone(zone)
            months = by.amount * (_YEAR if by.unit == "year" else 1)
            year, month = divmod(_YEAR * local.year + local.month - 1 + months, _YEAR)
            last = monthrange(year, month + 1)[1]
            return local.replace(year=year, month=month + 1, day=min(local.day, last))


def _as(value: object, kind: FieldType, zone: ZoneInfo) -> object:
    try:
        match kind:
            case FieldType.DATE:
                return _date(value, zone)
            case FieldType.DATETIME:
                return _datetime(value)
            case FieldType.TIME:
                return value if isinstance(value, time) else time.fromisoformat(_text(value))
            case FieldType.INTEGER | FieldType.FLOAT | FieldType.DECIMAL:
                return _number(value, kind)
            case FieldType.BOOLEAN:
                return _boolean(value)
            case FieldType.TEXT:
                return _text(value)
            case FieldType.JSON | FieldType.OTHER:
                return value
    except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise Misfit(f"expected a value for {kind.as_field}, got {value!r}") from error


def _date(value: object, zone: ZoneInfo) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    found = _datetime(value)
    return (found if found.tzinfo is None else found.astimezone(zone)).date()


def _datetime(value: object) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))


def _number(value: object, kind: FieldType) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise TypeError(value)
    if kind is FieldType.DECIMAL:
        return Decimal(str(value))
    if kind is FieldType.FLOAT:
        return float(value)
    if float(value) != int(float(value)):
        return float(value)
    return int(value)


def _boolean(value: object) -> bool:
    if value in (0, 1):
        return bool(value)
    raise ValueError(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
