"""A filter's outline and its rows as JSON.

Places in the text are counted as JavaScript counts: in UTF-16 code units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jittask.operations.views.models import shown_row_view
from jittask.operations.views.notes import optional_note_view
from jittask.query.expression import Relative, Shifted, Span
from jittask.query.outline import Group, Node, Other, Row
from jittask.rules import RULES

if TYPE_CHECKING:
    from jittask.operations.inspect.filters import FilterReading, FilterRows

_Spans = Callable[[Span], list[int]]


def filter_view(reading: FilterReading, text: str) -> dict[str, Any]:
    """Return the outline of a text, and its mistakes."""
    spans = _utf16(text)
    return {
        "tree": None if reading.tree is None else _node(reading.tree, text, spans),
        "diagnostics": [
            {
                "code": problem.code,
                "severity": RULES[problem.code].severity,
                "message": problem.message,
                "hint": problem.hint,
                "span": spans(problem.span),
            }
            for problem in reading.problems
        ],
    }


def filter_rows_view(found: FilterRows, text: str) -> dict[str, Any]:
    """Return the rows that pass a text, and what each part of it lets through."""
    spans = _utf16(text)
    return {
        "count": found.count.rows,
        "capped": found.count.capped,
        "rows": [shown_row_view(row) for row in found.rows],
        "passes": found.passes,
        "problem": optional_note_view(found.problem),
        "parts": [
            {
                "span": spans(part.span),
                "count": part.count.rows,
                "capped": part.count.capped,
                "passes": part.passes,
                "value": part.value,
            }
            for part in found.parts
        ],
    }


def _node(node: Node, text: str, spans: _Spans) -> Mapping[str, Any]:
    match node:
        case Group(join=join, children=children, span=span):
            inside = [_node(child, text, spans) for child in children]
            return {
                "kind": "group", "join": join.value.lower(), "children": inside,
                "span": spans(span),
            }  # fmt: skip
        case Row(condition=condition, span=span, standalone=standalone):
            return {
                "kind": "condition",
                "field": condition.field,
                "operator": condition.operator.value,
                "value": _value(condition.value),
                "span": spans(span),
                "standalone": standalone,
            }
        case Other(reason=reason, span=span):
            part = text[span.start : span.end]
            return {"kind": "other", "text": part, "reason": reason, "span": spans(span)}


def _value(value: object) -> Any:
    if isinstance(value, Relative):
        return {"relative": value.value}
    if isinstance(value, Shifted):
        return {"relative": value.base.value, "offset": value.amount, "unit": value.unit}
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return value


def _utf16(text: str) -> _Spans:
    """Return what turns code points of a text into UTF-16 code units."""

    def units(at: int) -> int:
        return at + sum(character > "\uffff" for character in text[:at])

    return lambda span: [units(span.start), units(span.end)]
