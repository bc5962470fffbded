"""Values on their way into a table: what element code wrote, as the column holds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from jittask.model import FieldInfo, FieldType, ModelInfo
from jittask.prelude.datatypes import Datatype, plain
from jittask.query.values import Misfit, coerce

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # only relative values look at it, and no row holds one


def stored(values: Mapping[str, Any], model: ModelInfo, zone: ZoneInfo) -> dict[str, Any]:
    """Return ``values`` as the table's columns hold them.

    Texts become dates where the field is one; an instant with an offset
    becomes the zone's wall time. Raises KeyError for a field that the model
    has not, ValueError for a value that its field cannot hold.
    """
    found = {}
    for name, value in values.items():
        field = model.field(name)
        if field is None:
            known = ", ".join(one.name for one in model.fields)
            raise KeyError(f"{model.name} has no field {name!r}; it has: {known}")
        found[name] = _stored(plain(value), field, model, zone)
    return found


def _stored(value: Any, field: FieldInfo, model: ModelInfo, zone: ZoneInfo) -> Any:
    if value is None:
        return sa.null() if field.type is FieldType.JSON else None
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(zone).replace(tzinfo=None)
    if field.type is FieldType.TEXT and isinstance(value, int | float):
        value = str(value)
    try:
        return coerce(value, field.type, _NEVER, zone)
    except Misfit as misfit:
        raise ValueError(f"{model.name}.{field.name}: {misfit}") from None


def automatic(
    declared: Mapping[str, Datatype], given: Mapping[str, Any], now: datetime, *, new: bool
) -> Iterator[tuple[str, Any]]:
    """Yield the fields that fill themselves: defaults of a new row, and JitAi's automatic times.

    ``now`` is the wall time to fill in. What is given stays as it is.
    """
    for name, field in declared.items():
        if name in given:
            continue
        wants = "createDefault" if new else "updateDefault"
        if field.kind in (FieldType.DATE, FieldType.DATETIME) and getattr(field, wants, False):
            yield name, now.replace(microsecond=0)
        elif new and field.initial is not None:
            yield name, field.initial
