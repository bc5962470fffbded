"""Packages import downwards only (section 9)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "jittask"
GROUND = {
    "model",
    "diagnostics",
    "clock",
    "environment",
    "rules",
    "drivers",
    "element_names",
    "field_types",
    "state_folder",
    "zonedata",
    "version",
    "run_log",
    "masking",
    "storable",
}
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
BELOW["metrics"] = BELOW["operations"] | {"operations"}
for face in ("cli", "web", "client", "errors"):  # they do not see each other
    BELOW[face] = BELOW["operations"] | {"operations"}
for face in ("cli", "web"):
    BELOW[face] |= {"metrics"}
ONLY = {
    "watchfiles": {"runtime/watch.py"},
    **{
        name: {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / "runtime/executors/celery").rglob("*.py")
        }
        for name in ("celery", "kombu", "amqp", "redis", "billiard")
    },
    "apprise": {"runtime/notices/sender.py"},
    "opentelemetry": {"runtime/tracing/otel.py", "runtime/tracing/body_context.py"},
    "click": {path.relative_to(ROOT).as_posix() for path in (ROOT / "cli").rglob("*.py")},
    **{
        http: {path.relative_to(ROOT).as_posix() for path in (ROOT / "web").rglob("*.py")}
        for http in ("fastapi", "starlette", "uvicorn")
    },
    "http": {
        "metrics/endpoint.py",
        *(path.relative_to(ROOT).as_posix() for path in (ROOT / "web").rglob("*.py")),
    },
    "prometheus_client": {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "metrics").rglob("*.py")
    },
}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
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
            if (path.relative_to(ROOT).as_posix(), parts[1]) == ("cli/console.py", "web"):
                continue  # the one command that starts the server
            assert parts[1] in BELOW[room], f"{room} must not import {name}"
        elif parts[0] in ONLY:
            assert path.relative_to(ROOT).as_posix() in ONLY[parts[0]], f"not the place of {name}"


def test_the_compiler_sees_no_database() -> None:
    for path in (ROOT / "compiler").rglob("*.py"):
        assert not {name.split(".")[0] for name in imports(path)} & {"sqlalchemy", "rich"}


def import_graph(root: Path) -> dict[str, set[str]]:
    """Map each file of a package to those that it imports, late and type-only imports included."""
    modules = {}
    for path in root.rglob("*.py"):
        if "templates" not in path.parts:
            name = ".".join(path.relative_to(root.parent).with_suffix("").parts)
            modules[name.removesuffix(".__init__")] = path.relative_to(root).as_posix()
    graph = {}
    for file in modules.values():
        names = imports(root / file)
        # "a.b.c" is the file a/b/c.py, or else a name in a/b.py
        imported = {modules.get(name) or modules.get(name.rpartition(".")[0]) for name in names}
        graph[file] = {other for other in imported if other is not None and other != file}
    return graph


def circles(graph: dict[str, set[str]]) -> set[frozenset[str]]:
    """Return the sets of files of which each leads to all the others."""

    def reached(file: str) -> set[str]:
        found: set[str] = set()
        waiting = [file]
        while waiting:
            new = graph[waiting.pop()] - found
            found |= new
            waiting += new
        return found

    reach = {file: reached(file) for file in graph}
    return {
        frozenset({file, *(other for other in reach[file] if file in reach[other])})
        for file in graph
        if file in reach[file]
    }


def test_no_two_files_import_each_other_in_a_circle() -> None:
    found = circles(import_graph(ROOT))
    assert not found, "\n".join(" <-> ".join(sorted(circle)) for circle in found)


def test_late_and_type_only_imports_make_a_circle_too(tmp_path: Path) -> None:
    root = tmp_path / "pack"
    (root / "deep").mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "deep/__init__.py").write_text("from pack.a import x\n")
    (root / "a.py").write_text("def f():\n    from pack.b import x\n")
    (root / "b.py").write_text("if TYPE_CHECKING:\n    from pack import deep\n")
    (root / "c.py").write_text("import pack.a\n")
    assert circles(import_graph(root)) == {frozenset({"a.py", "b.py", "deep/__init__.py"})}


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


NAMES_DATABASES = {
    "data/databases.py": "pools, which a database in memory has none of",
    "data/database_urls.py": "URLs and files",
    "data/table_changes.py": "which files are the tree's own",
    "data/tables.py": "a schema of PostgreSQL",
    "data/column_types.py": "the key that SQLite counts up",
    "data/inspection/connecting.py": "read-only sessions, for doctor",
    "data/inspection/servers.py": "what a server says of itself, for doctor",
    "data/inspection/tables.py": "what a server says of a table, for doctor",
}
"""Files under ``data`` that ask which database they have, and why; values are for ``dialects``."""


def names_a_database(path: Path) -> bool:
    """Whether code asks for the name of a dialect, or has one as a text."""
    names = {"sqlite", "postgresql", "mysql", "mariadb"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        (isinstance(node, ast.Constant) and node.value in names)
        or (isinstance(node, ast.Attribute) and ast.unparse(node).endswith("dialect.name"))
        for node in ast.walk(tree)
    )


def test_one_place_knows_how_databases_differ() -> None:
    asked = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*.py")
        if "dialects" not in path.relative_to(ROOT).parts and names_a_database(path)
    }
    assert asked == set(NAMES_DATABASES)
    assert names_a_database(ROOT / "data/dialects/__init__.py"), "the test can fail"
