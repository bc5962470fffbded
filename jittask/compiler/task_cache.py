"""What a start has compiled, kept in ``.jittask/cache`` for the next one (rules H2, V2).

Two files of JSON lines. ``look`` holds the digest of each file that had
settled, with what shows without reading that it has not changed, and the
names in each folder.
``tasks`` holds each task that can load, by name: its version, what of its
``e.json`` has a meaning, where its function is, and what was found wrong. A
task is taken from there only if the present files give it the same version;
its timer, policy and filter are then made by the same steps as always.

It is valid while JitTask and what it checks with are the same, and so do the
settings that tasks depend on. That functions could be imported holds while
Python and the packages beside it are the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple
from io import StringIO
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple, Self

from jittask.compiler.cache import CacheFolder, diagnostic, stamp
from jittask.compiler.dependencies import NO_DEPENDENCIES, Dependencies
from jittask.compiler.files import Files
from jittask.compiler.line_spool import LineSpool
from jittask.compiler.look import NOTHING_KNOWN, Folder, Known, Look, same_number
from jittask.diagnostics import Diagnostic
from jittask.model import CallStyle, FunctionRef

_LOOK, _TASKS = "look.jsonl", "tasks.jsonl"
_PACKAGES = ("site-packages", "dist-packages")
_NO_FILE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What a file that people or a crash have made something else of can raise."""


class CachedTask(NamedTuple):
    """What is kept of a task."""

    name: str
    version: str
    timing_digest: str
    data: Mapping[str, Any]
    """What of its ``e.json`` has a meaning, but for the timing."""
    timing: str
    """Its ``timerCfg``, as JSON."""
    function: FunctionRef
    on_failure: FunctionRef | None
    dependencies: Dependencies
    diagnostics: tuple[Diagnostic, ...]
    """What was found in its own files."""


class TaskCache:
    """What was kept of a tree before, and what is to be kept of it now."""

    def __init__(self, root: Path) -> None:
        self._folder = CacheFolder(root)
        self._open = contextlib.ExitStack()
        self._old: _Lines | None = None
        self._head: dict[str, str] = {}
        self._fresh = LineSpool()
        self.imports_hold = False
        """Whether the functions of the kept tasks can be imported as they could then."""
        self.known = NOTHING_KNOWN
        with contextlib.suppress(*_NO_FILE):
            self.known = self._look()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._fresh.close()

    @property
    def began(self) -> int:
        """The file system's time when the cache was opened, in nanoseconds; 0 where unknown."""
        return self._folder.began

    def begin(self, settings_digest: str) -> None:
        """Look for the tasks that were kept under the settings that tasks depend on now."""
        self._head = {"stamp": stamp(), "settings_digest": settings_digest, "packages": _packages()}
        with contextlib.suppress(*_NO_FILE):
            lines = _Lines(self._open.enter_context(self._folder.open(_TASKS)))
            if all(lines.head[key] == self._head[key] for key in ("stamp", "settings_digest")):
                self._old = lines
                self.imports_hold = lines.head["packages"] == self._head["packages"]

    def task(self, name: str) -> CachedTask | None:
        """Return a task that was kept; names are to be asked for in their order."""
        if self._old is None:
            return None
        with contextlib.suppress(*_NO_FILE):
            line = self._old.of(name)
            return None if line is None else _task(name, json.loads(line))
        return None

    def add(self, task: CachedTask) -> None:
        """Note a task that has been compiled."""
        self._fresh.put(task.name, _line(task))

    def write(self, files: Files, names: Iterable[str]) -> None:
        """Keep these tasks and the digests; what has not changed is not written again.

        Not where something could not be read, nor on a disk that refuses.
        """
        if files.unreadable or not self._folder.began or self._fresh.has_failed:
            return
        with contextlib.suppress(*_NO_FILE):
            known = files.known(self._folder.began)
            if known != self.known:
                self._folder.write(_LOOK, _look_lines(known))
            ordered = sorted(names)
            if not self._holds(ordered):
                self._folder.write(_TASKS, self._lines(ordered))

    def _holds(self, names: list[str]) -> bool:
        """Whether the file holds just these tasks, as they are now."""
        old = self._old
        if old is None or old.passed_over or not old.is_over:
            return False
        return self.imports_hold and self._fresh.names().isdisjoint(names)

    def _lines(self, names: Iterable[str]) -> Iterator[str]:
        yield json.dumps(self._head)
        if self._old is None:
            yield from filter(None, map(self._fresh.get, names))
            return
        with self._folder.open(_TASKS) as lines:
            before = _Lines(lines)
            for name in names:
                line = self._fresh.get(name) or before.of(name)
                if line is not None:
                    yield line

    def _look(self) -> Look:
        with self._folder.open(_LOOK) as file:
            head, _, body = file.read().partition("\n")
        if json.loads(head) != [stamp(), _digest(body)]:
            return NOTHING_KNOWN
        files: dict[str, Known] = {}
        folders: dict[str, Folder] = {}
        names: dict[tuple[str, ...], tuple[str, ...]] = {}  # the same in most folders
        for line in StringIO(body):
            path, folder, held = json.loads(line)
            if folder is not None:
                modified, changed, inode, *held_names = folder
                inside = (names.setdefault(listed, listed) for listed in map(tuple, held_names))
                folders[path] = Folder(modified, same_number(changed, modified), inode, *inside)
            prefix = f"{path}/" if path else ""
            for name, size, modified, changed, inode, digest in held:
                known = Known(
                    f"{prefix}{name}", size, modified, same_number(changed, modified), inode, digest
                )
                files[known.path] = known
        return Look(files, folders)


class _Lines:
    """The lines of a file whose names ascend, walked along once."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.head: dict[str, str] = json.loads(next(self._lines, ""))
        self._next = next(self._lines, None)
        self.passed_over = False
        """Whether lines were passed that nobody asked for."""

    def of(self, name: str) -> str | None:
        """Return the line of a name, as it was written."""
        while self._next is not None:
            line, held = self._next, self._next[2 : self._next.index('"', 2)]
            if held > name:
                return None
            self._next = next(self._lines, None)
            if held == name:
                return line.rstrip("\n")
            self.passed_over = True
        return None

    @property
    def is_over(self) -> bool:
        """Whether no line is left."""
        return self._next is None


def _look_lines(known: Look) -> Iterator[str]:
    """Write down a look: a first line that shows whether all is there, then a line a folder.

    Each line is made twice, because all of them together take much memory.
    """
    held: dict[str, list[Known]] = {folder: [] for folder in known.folders}
    for file, found in known.files.items():
        held.setdefault(file.rpartition("/")[0], []).append(found)

    def lines() -> Iterator[str]:
        for path, files in held.items():
            inside = [(found.path.rpartition("/")[2], *found[1:]) for found in files]
            yield json.dumps([path, _written(known.folders.get(path)), inside])

    whole = hashlib.sha256()
    for line in lines():
        whole.update(f"{line}\n".encode())
    yield json.dumps([stamp(), whole.hexdigest()])
    yield from lines()


def _written(folder: Folder | None) -> list[object] | None:
    if folder is None:
        return None
    return [folder.modified, folder.changed, folder.inode, folder.files, folder.folders]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line(task: CachedTask) -> str:
    """Write a task down, its name first; a name is a Python name, and needs no escape."""
    dependencies = None if task.dependencies == NO_DEPENDENCIES else task.dependencies
    return json.dumps(
        [
            task.name, task.version, task.timing_digest, task.data, task.timing,
            astuple(task.function), astuple(task.on_failure) if task.on_failure else None,
            dependencies,
            [asdict(diagnostic) for diagnostic in task.diagnostics],
        ],
        ensure_ascii=False,
    )  # fmt: skip


def _task(name: str, line: list[Any]) -> CachedTask:
    """Read a task; ``name`` is the one string of its name, which is not to be held twice."""
    _, version, timing_digest, data, timing, function, on_failure, dependencies, diagnostics = line
    data["type"] = intern(data["type"])
    return CachedTask(
        name, version, intern(timing_digest), data, timing, _function(name, function),
        None if on_failure is None else _function(name, on_failure),
        NO_DEPENDENCIES if dependencies is None else _dependencies(*dependencies),
        tuple(map(diagnostic, diagnostics)),
    )  # fmt: skip


def _dependencies(elements: list[str], imports: list[str], anything: bool) -> Dependencies:
    return Dependencies(tuple(map(intern, elements)), tuple(map(intern, imports)), anything)


def _function(name: str, written: list[str]) -> FunctionRef:
    element, file, function, style = written
    element = name if element == name else intern(element)
    return FunctionRef(element, file, intern(function), CallStyle(style))


def _packages() -> str:
    """Name the Python that imports, and the packages that it finds: adding one changes a folder."""
    parts = [sys.version, sys.prefix]
    folders = (
        folder for folder in map(Path, sys.path) if folder.name in _PACKAGES and folder.is_dir()
    )
    parts += [f"{folder} {folder.stat().st_mtime_ns}" for folder in folders]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
