"""No files of these rooms import each other in a circle, late and type-only imports included."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "jittask"
ROOMS = ("prelude", "data", "query")


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts): path
        for room in ROOMS
        for path in (ROOT / room).glob("*.py")
        if path.name != "__init__.py"
    }


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def order(sources: dict[str, str]) -> list[str]:
    graph = {name: imported(source) & set(sources) for name, source in sources.items()}
    return list(TopologicalSorter(graph).static_order())


def test_there_is_an_order_in_which_each_file_needs_only_those_before() -> None:
    files = modules()
    assert "jittask.prelude.app" in files
    assert set(order({name: path.read_text() for name, path in files.items()})) == set(files)


def test_a_circle_is_found() -> None:
    with pytest.raises(CycleError):
        order({"a": "def f():\n    import b\n", "b": "if TYPE_CHECKING:\n    from a import c\n"})
