"""Python files of a tree, parsed and never imported: functions and what they need (U1, H4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jittask.diagnostics import Diagnostic, Location, Severity

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A parsed file."""

    file: str
    tree: ast.Module

    def place(self, node: ast.AST) -> Location:
        """Return where a node stands."""
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        return Location(self.file, line, column + 1, line, column + 2)

    def name_place(self, function: Function) -> Location:
        """Return where a function's name stands."""
        skip = len("async def " if isinstance(function, ast.AsyncFunctionDef) else "def ")
        column = function.col_offset + skip + 1
        end = column + len(function.name)
        return Location(self.file, function.lineno, column, function.lineno, end)

    def function(self, name: str) -> Function | None:
        """Return the top-level function of that name."""
        return _function(self.tree.body, name)

    def method(self, owner: str, name: str) -> Function | None:
        """Return the method of a top-level class."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == owner:
                return _function(node.body, name)
        return None

    def class_of(self, name: str) -> ast.ClassDef | None:
        """Return the top-level class of that name."""
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node
        return None

    def functions(self) -> list[str]:
        """Return the names of the top-level functions."""
        return [node.name for node in self.tree.body if isinstance(node, Function)]

    def binds(self, name: str) -> bool:
        """Whether the name is bound by an import or an assignment at the top."""
        for node in self.tree.body:
            match node:
                case ast.Import(names=names) | ast.ImportFrom(names=names):
                    if any((one.asname or one.name) in (name, "*") for one in names):
                        return True
                case ast.Assign(targets=targets):
                    if any(isinstance(one, ast.Name) and one.id == name for one in targets):
                        return True
                case _:
                    pass
        return False


def read_python(root: Path, file: str, element: str) -> Module | Diagnostic:
    """Parse a file; what keeps it from being Python is a diagnostic."""
    try:
        return Module(file, ast.parse((root / file).read_bytes(), filename=file))
    except OSError as error:
        return Diagnostic(
            "file-unreadable",
            Severity.ERROR,
            f"cannot be read: {error.strerror}",
            Location(file),
            None,
            element,
        )
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        place = Location(file, line, column, line, column + 1)
        return Diagnostic("bad-python", Severity.ERROR, f"{error.msg}", place, None, element)
    except (ValueError, RecursionError, MemoryError) as error:
        return Diagnostic("bad-python", Severity.ERROR, str(error), Location(file), None, element)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a file needs of the tree."""

    elements: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    """Dotted names under ``commons``."""
    anything: bool = False
    """``app.getElement`` is given a name that is not literal."""


def needs(module: Module) -> Needs:
    """Return what a file imports of the tree, and names in ``app.getElement``."""
    elements: set[str] = set()
    modules: set[str] = set()
    anything = False
    package = module.file.rpartition("/")[0].replace("/", ".")
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                modules.update(one.name for one in names)
            case ast.ImportFrom():
                modules.update(_imported(node, package))
            case ast.Call(func=ast.Attribute(attr="getElement"), args=[first, *_]):
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    elements.add(first.value)
                else:
                    anything = True
            case _:
                pass
    commons = {one for one in modules if one.split(".")[0] == "commons"}
    elements |= {one for one in modules if one.split(".")[0] in ("services", "models", "tasks")}
    return Needs(frozenset(elements), frozenset(commons), anything)


def _imported(node: ast.ImportFrom, package: str) -> Iterator[str]:
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
    yield base
    for one in node.names:
        yield f"{base}.{one.name}"


def _function(body: list[ast.stmt], name: str) -> Function | None:
    return next((node for node in body if isinstance(node, Function) and node.name == name), None)
