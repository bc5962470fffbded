"""Names in element code that fail when they are reached: found without importing it (rule U6).

Only what is certain is reported: a name that the file binds in any way, or a
variable that is given more than one thing, may be anything.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.python import Module
from jittask.element_names import IMPORTED, MODEL_FUNCTIONS, NOT_SUPPORTED, instead_of

_MODELS = "models."


def check_names_in_code(module: Module, files: Files, findings: Findings) -> None:
    """Report names of ours that are not imported, and functions that models do not have."""
    uses_names = _may_lack_imports(module)
    uses_models = module.mentions("getElement") and module.mentions(_MODELS)
    if not (uses_names or uses_models):
        return
    names = _Names(module.tree)
    if uses_names and not names.anything:
        _check_imports(module, names, findings)
    if uses_models:
        _check_models(module, names, files, findings)


def _may_lack_imports(module: Module) -> bool:
    """Whether a name of ours is in the text, and no statement at the top of the file binds it."""
    mentioned = {name for name in IMPORTED if module.mentions(name)}
    if not mentioned or module.may_write_names_otherwise:
        return bool(mentioned)
    mentioned.difference_update(name for node in module.tree.body for name in _bound(node))
    return any(map(module.mentions_name, mentioned))


class _Names:
    """What the names of a file are used for."""

    def __init__(self, tree: ast.Module) -> None:
        self.nodes = list(ast.walk(tree))
        self.bound = Counter(name for node in self.nodes for name in _bound(node))
        self.anything = "*" in self.bound
        """Whether an import may bind any name."""


class _Use(NamedTuple):
    """A function of a model, where it is named."""

    model: str
    node: ast.Attribute


def _check_imports(module: Module, names: _Names, findings: Findings) -> None:
    reported: set[str] = set()
    for node in names.nodes:
        if not isinstance(node, ast.Name) or node.id not in IMPORTED:
            continue
        if node.id not in names.bound and node.id not in reported:
            reported.add(node.id)
            findings.add(
                "name-not-imported",
                module.place(node),
                f"{node.id} is not imported, so the code fails when it gets here",
                f"add: from jittask import {node.id}",
            )


def _check_models(module: Module, names: _Names, files: Files, findings: Findings) -> None:
    for use in _uses(names):
        name = use.node.attr
        if name in MODEL_FUNCTIONS or name.startswith("_"):
            continue
        if name not in NOT_SUPPORTED and _is_of_its_own(use.model, name, files):
            continue
        findings.add(
            "unknown-model-function",
            module.place(use.node),
            f"{use.model} has no function {name!r}",
            instead_of(name),
        )


def _uses(names: _Names) -> Iterator[_Use]:
    """Yield what is read of models that the code gets by a literal name."""
    models = {
        node.targets[0].id: model
        for node in names.nodes
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and (model := _model(node.value)) is not None
        and names.bound[node.targets[0].id] == 1
    }
    for node in names.nodes:
        if not isinstance(node, ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        named = models.get(node.value.id) if isinstance(node.value, ast.Name) else None
        model = named or _model(node.value)
        if model is not None:
            yield _Use(model, node)


def _model(node: ast.expr) -> str | None:
    """Return the name of a model, where the expression is ``app.getElement`` of it."""
    match node:
        case ast.Call(func=ast.Attribute(attr="getElement"), args=[ast.Constant(value=str(name))]):
            return name if name.startswith(_MODELS) else None
        case _:
            return None


def _is_of_its_own(model: str, name: str, files: Files) -> bool:
    """Whether a model's own files may give it a function, or a field, of that name."""
    word = name.encode()
    return any(
        word in files.read(file)
        for file in files.under(model.replace(".", "/"))
        if file.endswith(".py")
    )


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            for alias in names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Global(names=listed) | ast.Nonlocal(names=listed):
            yield from listed
        case _:
            return
