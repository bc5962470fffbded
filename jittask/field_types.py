"""The names of JitAi's field types, and what each holds (rules F9, U3)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

from jittask.model import FieldType

DATATYPES: Mapping[str, FieldType] = MappingProxyType(
    {
        "Address": FieldType.JSON,
        "AutoInt": FieldType.INTEGER,
        "BigInt": FieldType.INTEGER,
        "Checkbox": FieldType.JSON,
        "CheckBox": FieldType.JSON,
        "Date": FieldType.DATE,
        "Datetime": FieldType.DATETIME,
        "Dept": FieldType.TEXT,
        "Dropdown": FieldType.TEXT,
        "Email": FieldType.TEXT,
        "File": FieldType.JSON,
        "Float": FieldType.FLOAT,
        "Id": FieldType.TEXT,
        "Image": FieldType.JSON,
        "Int": FieldType.INTEGER,
        "JitDict": FieldType.JSON,
        "JitList": FieldType.JSON,
        "License": FieldType.TEXT,
        "Link": FieldType.TEXT,
        "Location": FieldType.JSON,
        "Ltext": FieldType.TEXT,
        "Member": FieldType.TEXT,
        "Money": FieldType.DECIMAL,
        "Month": FieldType.TEXT,
        "MultiDropdown": FieldType.JSON,
        "MultiRadio": FieldType.JSON,
        "Numeric": FieldType.DECIMAL,
        "Percent": FieldType.DECIMAL,
        "Phone": FieldType.TEXT,
        "Radio": FieldType.TEXT,
        "RelateData": FieldType.TEXT,
        "RichText": FieldType.TEXT,
        "Select": FieldType.TEXT,
        "Serial": FieldType.TEXT,
        "Sign": FieldType.JSON,
        "Stext": FieldType.TEXT,
        "Switch": FieldType.BOOLEAN,
        "Time": FieldType.TIME,
        "Uuid": FieldType.TEXT,
    }
)
"""JitAi's name, or ours (``Uuid``) → what a field of it holds."""
_WITHOUT_COLUMN = MappingProxyType(
    {"SubTable": "its rows are in a table of their own: make a model of that table"}
)
"""JitAi's field types that JitTask does not have, and what to do instead."""


def instead_of_type(name: str) -> str:
    """Return what to do instead of a field type that there is not."""
    if name in _WITHOUT_COLUMN:
        return _WITHOUT_COLUMN[name]
    near = difflib.get_close_matches(name, DATATYPES, 1)
    return f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(DATATYPES)}"
