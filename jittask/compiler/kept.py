"""What a start has compiled, kept in ``.jittask/cache`` for the next one (rules H2, V2).

Two files of JSON lines. ``digests`` holds the digest of each file that had
settled, with the mark that tells without reading that it is the one it was.
``tasks`` holds each task that can load, by name: its version, what of its
``e.json`` has a meaning, where its function stands, and what was said of it. A
task is taken from there only if the files of today give it that very version;
its timer, policy and filter are then made by the same steps as ever.

It holds while JitTask and what it judges by are the same, and so do the
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
from pathlib import Path
from typing import Any, NamedTuple, Self

from jittask.compiler.cache import CacheFolder, diagnostic, stamp
from jittask.compiler.files import Files, Known, Mark
from jittask.compiler.needs import NO_NEEDS, Needs
from jittask.diagnostics import Diagnostic
from jittask.model import CallStyle, FunctionRef

_DIGESTS, _TASKS = "digests.jsonl", "tasks.jsonl"
_PACKAGES = ("site-packages", "dist-packages")
_NO_FILE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What a file that people or a crash have made something else of can raise."""


class KeptTask(NamedTuple):
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
    needs: Needs
    told: tuple[Diagnostic, ...]
    """What it was told of its own files."""


class Kept:
    """What was kept of a tree before, and what is to be kept of it now."""

    def __init__(self, root: Path) -> None:
        self._folder = CacheFolder(root)
        self._open = contextlib.ExitStack()
        self._old: _Lines | None = None
        self._head: dict[str, str] = {}
        self._fresh: dict[str, str] = {}
        self.imports_hold = False
        """Whether the functions of the kept tasks can be imported as they could then."""
        self.known: dict[str, Known] = {}
        with contextlib.suppress(*_NO_FILE):
            self.known = dict(self._digests())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def begin(self, bearing: str) -> None:
        """Look for the tasks that were kept under the settings that tasks depend on now."""
        self._head = {"stamp": stamp(), "bearing": bearing, "packages": _packages()}
        with contextlib.suppress(*_NO_FILE):
            lines = _Lines(self._open.enter_context(self._folder.open(_TASKS)))
            if all(lines.head[key] == self._head[key] for key in ("stamp", "bearing")):
                self._old = lines
                self.imports_hold = lines.head["packages"] == self._head["packages"]

    def task(self, name: str) -> KeptTask | None:
        """Return a task that was kept; names are to be asked for in their order."""
        if self._old is None:
            return None
        with contextlib.suppress(*_NO_FILE):
            line = self._old.of(name)
            return None if line is None else _task(json.loads(line))
        return None

    def add(self, task: KeptTask) -> None:
        """Note a task that has been compiled."""
        self._fresh[task.name] = _line(task)

    def write(self, files: Files, names: Iterable[str]) -> None:
        """Keep these tasks and the digests; what has not changed is not written again.

        Not where something could not be read, nor on a disk that refuses.
        """
        if files.unreadable or not self._folder.began:
            return
        with contextlib.suppress(*_NO_FILE):
            known = files.known(self._folder.began)
            if known != self.known:
                self._folder.write(_DIGESTS, _digest_lines(known))
            wanted = sorted(names)
            if not self._stand(wanted):
                self._folder.write(_TASKS, self._lines(wanted))

    def _stand(self, wanted: list[str]) -> bool:
        """Whether the file holds just these tasks, as they are now."""
        old = self._old
        if old is None or old.passed_over or not old.is_over:
            return False
        return self.imports_hold and self._fresh.keys().isdisjoint(wanted)

    def _lines(self, wanted: Iterable[str]) -> Iterator[str]:
        yield json.dumps(self._head)
        if self._old is None:
            yield from (self._fresh[name] for name in wanted)
            return
        with self._folder.open(_TASKS) as lines:
            before = _Lines(lines)
            for name in wanted:
                line = self._fresh.get(name) or before.of(name)
                if line is not None:
                    yield line

    def _digests(self) -> Iterator[tuple[str, Known]]:
        with self._folder.open(_DIGESTS) as lines:
            for line in lines:
                folder, *held = json.loads(line)
                for name, digest, *mark in held:
                    yield f"{folder}{name}", Known(Mark(*mark), digest)


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


def _digest_lines(known: Mapping[str, Known]) -> Iterator[str]:
    by_folder: dict[str, list[tuple[object, ...]]] = {}
    for file, one in known.items():
        folder, slash, name = file.rpartition("/")
        by_folder.setdefault(folder + slash, []).append((name, one.digest, *one.mark))
    return (json.dumps([folder, *held]) for folder, held in by_folder.items())


def _line(task: KeptTask) -> str:
    """Write a task down, its name first; a name is a Python name, and needs no escape."""
    needs = None if task.needs == NO_NEEDS else task.needs
    return json.dumps(
        [
            task.name, task.version, task.timing_digest, task.data, task.timing,
            astuple(task.function), astuple(task.on_failure) if task.on_failure else None, needs,
            [asdict(one) for one in task.told],
        ],
        ensure_ascii=False,
    )  # fmt: skip


def _task(line: list[Any]) -> KeptTask:
    name, version, timing_digest, data, timing, function, on_failure, needs, told = line
    return KeptTask(
        name, version, timing_digest, data, timing, _function(function),
        None if on_failure is None else _function(on_failure),
        NO_NEEDS if needs is None else Needs(tuple(needs[0]), tuple(needs[1]), needs[2]),
        tuple(diagnostic(one) for one in told),
    )  # fmt: skip


def _function(written: list[str]) -> FunctionRef:
    element, file, function, style = written
    return FunctionRef(element, file, function, CallStyle(style))


def _packages() -> str:
    """Name the Python that imports, and the packages that it finds: adding one changes a folder."""
    parts = [sys.version, sys.prefix]
    folders = (one for one in map(Path, sys.path) if one.name in _PACKAGES and one.is_dir())
    parts += [f"{folder} {folder.stat().st_mtime_ns}" for folder in folders]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
