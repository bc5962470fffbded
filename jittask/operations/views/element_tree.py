"""The elements of a tree as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jittask.operations.inspect.element_tree import TreeElement


def element_tree_view(elements: Iterable[TreeElement]) -> dict[str, Any]:
    """Return the elements for programs; counts of nothing are left out, to keep it short."""
    return {"elements": [_element(element) for element in elements]}


def _element(element: TreeElement) -> dict[str, Any]:
    counts = {"errors": element.errors, "warnings": element.warnings}
    return {
        "name": element.name,
        "kind": element.kind.value,
        "type": element.type,
        "title": element.title,
        "state": element.state,
        **{name: count for name, count in counts.items() if count},
    }
