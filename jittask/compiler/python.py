"""Python files of a tree, parsed and never imported: functions, classes, names (rules U1, F9)."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from functools import cached_property
from unicodedata import is_normalized

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.read_file import read_or_report
from jittask.diagnostics import Location

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """A parsed file."""

    def __init__(self, file: str, text: str, tree: ast.Module) -> None:
        self.file = file
        """Posix path relative to the tree."""
        self.tree = tree
        self._text = text

    def mentions(self, word: str) -> bool:
        """Whether a word is anywhere in the text: where it is not, no parsing is needed."""
        return word in self._text

    def mentions_name(self, name: str) -> bool:
        """Whether a name is anywhere in the text, by itself and not after a dot."""
        return re.search(rf"(?<![\w.]){name}(?!\w)", self._text) is not None

    @property
    def may_write_names_otherwise(self) -> bool:
        """Whether names may be written with other characters that Python reads as the same."""
        return not (self._text.isascii() or is_normalized("NFKC", self._text))

    def place(self, node: ast.AST) -> Location:
        """Return the place of a node; of one over several lines, its first line."""
        line, start = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        last, end = getattr(node, "end_lineno", line), getattr(node, "end_col_offset", start + 1)
        column = self._column(line, start)
        if last != line:
            return Location(self.file, line, column, line, column + 1)
        return Location(self.file, line, column, line, self._column(line, end))

    def name_place(self, node: Function | ast.ClassDef) -> Location:
        """Return the place of the name of a function or class."""
        line = self._lines[node.lineno - 1]
        found = re.search(rf"\b(?:def|class)\s+({re.escape(node.name)})\b", line)
        if found is None:  # the name is on another line than its keyword
            return self.place(node)
        start, end = found.span(1)
        return Location(self.file, node.lineno, start + 1, node.lineno, end + 1)

    def function(self, name: str) -> Function | None:
        """Return the top-level function that has the name in the end; None where none has."""
        return _function(self.tree.body, name)

    def method(self, owner: str, name: str) -> Function | None:
        """Return the method of a top-level class."""
        holder = self.class_of(owner)
        return None if holder is None else _function(holder.body, name)

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
        """Whether the name is bound by an import, an assignment or a block at the top."""
        return any(_binds(node, name) for node in self.tree.body)

    def method_is_bound(self, owner: str, name: str) -> bool:
        """Whether a top-level class binds the name otherwise than by a plain function."""
        holder = self.class_of(owner)
        return holder is not None and any(_binds(node, name) for node in holder.body)

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    def _column(self, line: int, offset: int) -> int:
        """Return the column, in code points from 1, of a byte of a line."""
        if self._text.isascii() or line > len(self._lines):
            return offset + 1
        return len(self._lines[line - 1].encode()[:offset].decode(errors="ignore")) + 1


def read_python(files: Files, file: str, findings: Findings) -> Module | None:
    """Parse a file; None where it is no Python, with the reason among the findings."""
    raw = read_or_report(files, file, findings)
    if raw is None:
        return None
    try:
        text = _decoded(raw)
        return Module(file, text, _parsed(text))
    except SyntaxError as error:
        line, column = error.lineno or 1, max(error.offset or 1, 1)
        place = Location(file, line, column, line, column + 1)
        findings.add("bad-python", place, error.msg)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = len(raw[: error.start].rpartition(b"\n")[2].decode(errors="ignore")) + 1
        place = Location(file, line, column, line, column + 1)
        message = f"byte 0x{raw[error.start]:02x} is not {error.encoding}"
        findings.add("bad-python", place, message, "save the file as UTF-8")
    except (ValueError, RecursionError, MemoryError) as error:
        findings.add("bad-python", Location(file), str(error) or "nested too deep")
    return None


def _decoded(raw: bytes) -> str:
    if b"\0" in raw:
        before = raw[: raw.index(b"\0")]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2]) + 1
        raise SyntaxError("a NUL byte", (None, line, column, None))
    encoding = "utf-8-sig"
    if b"coding" in raw[:200]:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")


def _parsed(text: str) -> ast.Module:
    if _MAY_WARN.search(text) is None:
        return ast.parse(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape is no mistake of the tree
        return ast.parse(text)


_MAY_WARN = re.compile(r"\\|[0-9][A-Za-z_]|finally")
"""What a text has that Python may warn of where it is only parsed."""
_PLAIN_DECORATORS = frozenset(
    {"cache", "classmethod", "final", "lru_cache", "overload", "override", "staticmethod"}
)
"""Those that leave a function the parameters of its definition."""


def _binds(node: ast.stmt, name: str) -> bool:
    """Whether a statement makes the name something that only the import can tell."""
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any((alias.asname or alias.name) in (name, "*") for alias in names)
        case ast.FunctionDef(name=found) | ast.AsyncFunctionDef(name=found):
            return found == name and any(
                last_name(decorator) not in _PLAIN_DECORATORS for decorator in node.decorator_list
            )
        case ast.ClassDef(name=found):
            return found == name
        case _:
            return any(_stored(inner, name) for inner in ast.walk(node))


def last_name(node: ast.expr) -> str | None:
    """Return the last name of ``a``, ``a.b`` or ``a.b(…)``."""
    match node:
        case ast.Call(func=called):
            return last_name(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return None


def _stored(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Name(id=found, ctx=ast.Store()):
            return found == name
        case (
            ast.FunctionDef(name=found)
            | ast.AsyncFunctionDef(name=found)
            | ast.ClassDef(name=found)
        ):
            return found == name
        case ast.alias():
            return (node.asname or node.name) in (name, "*")
        case _:
            return False


def _function(body: list[ast.stmt], name: str) -> Function | None:
    found = None
    for node in body:
        if isinstance(node, Function) and node.name == name:
            found = None if _binds(node, name) else node
        elif found is not None and not isinstance(node, ast.ImportFrom) and _binds(node, name):
            found = None
    return found
