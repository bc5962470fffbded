"""What element code may use by name: of ``jittask``, and of a model (rules U3, U6)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

IMPORTED = frozenset(
    {"NormalModel", "NormalService", "Q", "RowData", "currentTask", "datatypes", "log"}
)
"""What ``jittask`` gives element code; ``app`` is there without an import."""

MODEL_FUNCTIONS = (
    "aggregate",
    "count",
    "create",
    "createOrUpdateMany",
    "delete",
    "deleteByFilter",
    "deleteByPK",
    "get",
    "getFieldData",
    "keys",
    "query",
    "save",
    "statisticFieldData",
    "updateByFilter",
    "updateByPK",
    "updateOrAdd",
)
"""The functions of a model."""

NOT_SUPPORTED: Mapping[str, str] = MappingProxyType(
    {
        "getCompareResult": "read the row again with get, with its key and the condition as filter",
        "getExportData": "use query with fieldList, page and size",
        "groupBy": "use query and group its rows in Python, or aggregate with one filter a group",
        "queryTQL": "use query on each model, or a models.TableType on a view of the database",
        "resetModelData": "use deleteByFilter with a filter that says which rows",
    }
)
"""JitAi's functions of a model that JitTask does not have, and what to do instead."""


def instead_of(name: str) -> str:
    """Return what to do instead of a function that models do not have."""
    if name in NOT_SUPPORTED:
        return NOT_SUPPORTED[name]
    near = difflib.get_close_matches(name, MODEL_FUNCTIONS, 1)
    return f"did you mean {near[0]}?" if near else f"a model has {', '.join(MODEL_FUNCTIONS)}"
