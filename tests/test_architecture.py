"""The rooms import downwards only (section 9)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "jittask"
GROUND = {"model", "diagnostics", "clock", "environment", "rules", "datatypes", "zonedata"}
BELOW: dict[str, set[str]] = {
    **{name: {"model", "diagnostics"} for name in GROUND},
    "query": GROUND - {"clock"},
    "schedule": GROUND - {"clock"},
    "compiler": GROUND | {"query", "schedule"},
    "data": GROUND | {"query", "schedule"},
    "store": GROUND,
    "prelude": GROUND | {"query", "schedule", "compiler", "data", "store"},
    "runtime": GROUND | {"query", "schedule", "compiler", "data", "store", "prelude"},
    "operations": GROUND | {"query", "schedule", "compiler", "data", "store", "prelude", "runtime"},
}
for face in ("cli", "web", "client", "errors"):  # they do not see each other
    BELOW[face] = BELOW["operations"] | {"operations"}
ONLY = {
    "watchfiles": {"runtime/watch.py"},
    "celery": {"runtime/executors/celery.py"},
    "click": {path.relative_to(ROOT).as_posix() for path in (ROOT / "cli").rglob("*.py")},
    **{
        http: {path.relative_to(ROOT).as_posix() for path in (ROOT / "web").rglob("*.py")}
        for http in ("fastapi", "starlette", "uvicorn", "http")
    },
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


FILES = [
    path
    for path in sorted(ROOT.rglob("*.py"))
    if "templates" not in path.parts and path not in (ROOT / "__init__.py", ROOT / "__main__.py")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_down(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "jittask" and len(parts) > 1 and parts[1] not in (room, "__version__"):
            assert parts[1] in BELOW[room], f"{room} must not import {name}"
        elif parts[0] in ONLY:
            assert path.relative_to(ROOT).as_posix() in ONLY[parts[0]], f"not the place of {name}"


def test_the_compiler_sees_no_database() -> None:
    for path in (ROOT / "compiler").rglob("*.py"):
        assert not {one.split(".")[0] for one in imports(path)} & {"sqlalchemy", "rich"}


def test_operations_print_nothing() -> None:
    for path in (path for path in FILES if path.is_relative_to(ROOT / "operations")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {node.func.id for node in ast.walk(tree)
                  if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
        assert not called & {"print", "input", "exit"}, path
        assert not {f"sys.{name}" for name in ("stdout", "stderr", "exit")} & set(
            map(ast.unparse, (node for node in ast.walk(tree) if isinstance(node, ast.Attribute)))
        ), path


def test_the_rule_can_fail(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from jittask.runtime import Runtime\n")
    assert imports(bad) == {"jittask.runtime.Runtime"}
    assert "runtime" not in BELOW["store"]
