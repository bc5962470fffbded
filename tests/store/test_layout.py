"""The layout of the store: one folder knows which database it is, and no imports run in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from jittask.store.dialects.registry import DIALECTS

PACKAGE = Path(__file__).parents[2] / "jittask"
STORE = PACKAGE / "store"
FILES = sorted(STORE.rglob("*.py"))
ASKS = {"dialect", "get_backend_name", "get_dialect", "drivername", "with_variant"}


def mentions(source: str) -> Iterator[str]:
    """Yield what in a source asks for, or names, the kind of database; docstrings do not count."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in ASKS:
                yield name
            case ast.keyword(arg=str(name)) if name.startswith(tuple(DIALECTS)):
                yield name
            case ast.Constant(value=str(text)) if text in DIALECTS:
                yield text
            case ast.ImportFrom(module=str(name)) if name.startswith("sqlalchemy.dialects"):
                yield name


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if "dialects" not in path.parts],
    ids=lambda path: path.relative_to(STORE).as_posix(),
)
def test_only_dialects_asks_which_database_it_is(path: Path) -> None:
    assert list(mentions(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        'if connection.dialect.name == "x": pass',
        "url.get_backend_name()",
        'kind = "postgresql"',
        "Index(sqlite_where=where)",
        "from sqlalchemy.dialects.postgresql import ARRAY",
    ],
)
def test_a_mention_is_seen(source: str) -> None:
    assert list(mentions(source))


def imports(path: Path) -> set[str]:
    """Return the files of the store that a file imports: late and type-only imports too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {file for name in node.names if (file := file_of(name.name))}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                file = file_of(f"{node.module}.{name.name}") or file_of(node.module)
                found |= {file} if file else set()
    return found


def file_of(module: str) -> str | None:
    path = PACKAGE.parent.joinpath(*module.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file in FILES:
            return file.relative_to(STORE).as_posix()
    return None


def test_no_imports_run_in_a_circle() -> None:
    graph = {path.relative_to(STORE).as_posix(): imports(path) for path in FILES}
    assert "reader.py" in graph["store.py"]
    TopologicalSorter(graph).prepare()
    with pytest.raises(CycleError):
        TopologicalSorter(graph | {"errors.py": {"store.py"}}).prepare()
