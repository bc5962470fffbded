"""What Python files need of the tree: elements that they name, modules that they import (H4)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from jittask.compiler.files import TOPS, Files
from jittask.compiler.python import Module
from jittask.diagnostics import Location

_TOPS = frozenset(TOPS)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""The fields of statements that hold statements."""
_WITHOUT_NODES = frozenset(
    {
        "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs",
        "level", "module", "names", "op", "ops", "rest", "simple", "type_comment",
        "type_ignores",
    }
)  # fmt: skip
"""The fields that hold no nodes, or none that matter here."""


@dataclass(frozen=True, slots=True)
class Named:
    """An element given to ``app.getElement``, and where."""

    name: str
    place: Location


@dataclass(frozen=True, slots=True)
class Imported:
    """A module of the tree, by its dotted name, and where it is imported."""

    name: str
    place: Location
    certain: bool
    """Whether the import is reached whenever the file is, and this is a module's name."""


class Dependencies(NamedTuple):
    """What the Python files of an element, or one of ``commons``, need of the tree, by name."""

    elements: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    anything: bool = False
    """``app.getElement`` is given a name that is not literal."""


NO_DEPENDENCIES = Dependencies()


@dataclass(frozen=True, slots=True)
class Mentions:
    """The places in Python files that need something of the tree."""

    elements: tuple[Named, ...] = ()
    imports: tuple[Imported, ...] = ()
    anything: bool = False

    def __add__(self, other: Mentions) -> Mentions:
        return Mentions(
            self.elements + other.elements,
            self.imports + other.imports,
            self.anything or other.anything,
        )

    @property
    def dependencies(self) -> Dependencies:
        """What is needed, each thing once."""
        if self == NO_MENTIONS:
            return NO_DEPENDENCIES
        return Dependencies(
            tuple(dict.fromkeys(named.name for named in self.elements)),
            tuple(dict.fromkeys(imported.name for imported in self.imports)),
            self.anything,
        )


NO_MENTIONS = Mentions()


def mentions(module: Module) -> Mentions:
    """Return where a file imports of the tree, and names elements in ``app.getElement``."""
    elements: list[Named] = []
    imports: list[Imported] = []
    anything = False
    needing = _needing(module)
    top = {id(node) for node in module.tree.body} if needing else frozenset()
    for node in needing:
        if isinstance(node, ast.Call):
            match node:
                case ast.Call(func=ast.Attribute(attr="getElement"), args=[first, *_]):
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        elements.append(Named(first.value, module.place(first)))
                    else:
                        anything = True
                case _:
                    pass
            continue
        for name, is_module in _imported(node, module.file):
            if name.partition(".")[0] in _TOPS:
                certain = is_module and id(node) in top
                imports.append(Imported(name, module.place(node), certain))
    if not (elements or imports or anything):
        return NO_MENTIONS
    return Mentions(tuple(elements), tuple(imports), anything)


def _needing(module: Module) -> list[ast.Import | ast.ImportFrom | ast.Call]:
    """Return every node that can need something; only statements are visited where they suffice."""
    if module.mentions("getElement"):
        fields_of = _fields_with_nodes
    elif module.mentions("import"):
        fields_of = _fields_with_statements
    else:
        return []
    found: list[ast.Import | ast.ImportFrom | ast.Call] = []
    waiting: list[Any] = [*module.tree.body]
    while waiting:
        node = waiting.pop()
        kind: type = type(node)
        if kind is ast.Call or kind is ast.ImportFrom or kind is ast.Import:
            found.append(node)
        for field in fields_of(kind):
            value = getattr(node, field)
            if type(value) is list:
                waiting += value
            else:
                waiting.append(value)
    return found


@cache
def _fields_with_nodes(kind: type) -> tuple[str, ...]:
    """Return the fields of a node that can hold nodes; of what is no node, none."""
    if not issubclass(kind, ast.AST) or issubclass(kind, ast.Constant):
        return ()
    return tuple(field for field in kind._fields if field not in _WITHOUT_NODES)


@cache
def _fields_with_statements(kind: type) -> tuple[str, ...]:
    """Return the fields of a node that can hold statements; of an expression, none."""
    if not issubclass(kind, ast.AST) or issubclass(kind, ast.expr):
        return ()
    return tuple(field for field in _BLOCKS if field in kind._fields)


def module_file(name: str, files: Files) -> str | None:
    """Return the file of a module in the tree; of a package without a file, its folder."""
    path = name.replace(".", "/")
    for file in (f"{path}.py", f"{path}/__init__.py"):
        if files.has(file):
            return file
    return path if files.held(path) is not None else None


def _imported(node: ast.AST, file: str) -> Iterator[tuple[str, bool]]:
    """Yield dotted names, and whether each is a module's for certain."""
    if isinstance(node, ast.Import):
        yield from ((alias.name, True) for alias in node.names)
        return
    assert isinstance(node, ast.ImportFrom)
    base = node.module or ""
    if node.level:
        package = file.split("/")[: -node.level]
        base = ".".join([*package, *([base] if base else [])])
    yield base, True
    for alias in node.names:
        yield f"{base}.{alias.name}", False
