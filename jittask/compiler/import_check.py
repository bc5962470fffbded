"""What validation says of a tree, kept in ``.jittask/cache`` while nothing changes (rule H2).

A kept verdict holds while every file of the tree has the digest that it had (where its times
show that it was not changed, it need not be read), the folders are the same, nothing is
unreadable, the environment variables that it names answer as they did, and
JitTask and what it checks with are the same. It may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from jittask.compiler.cache import CacheFolder, diagnostic, stamp
from jittask.compiler.files import Files
from jittask.compiler.look import NOTHING_KNOWN, Known, Look
from jittask.compiler.probe import Probe
from jittask.compiler.same_tree import Marks, is_same, marks_of
from jittask.diagnostics import Diagnostic
from jittask.environment import answers_hold

_FILE = "verdict.jsonl"
_NO_CACHE = (OSError, ValueError, KeyError, TypeError, AttributeError)
"""What a file that people or a crash have made something else of can raise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the validation of a tree has found."""

    diagnostics: tuple[Diagnostic, ...]
    """Sorted; those that follow from others too."""
    elements: tuple[str, ...]
    """Full names."""
    tasks: int
    """How many tasks can load."""

    @property
    def mistakes(self) -> tuple[Diagnostic, ...]:
        """The findings without those that only follow from another: one a mistake (V1)."""
        return tuple(found for found in self.diagnostics if found.because is None)


def _ignore(_note: str) -> None:
    """Ignore a note."""


def judge(
    root: Path,
    probe: Probe | None = None,
    *,
    keep: bool = True,
    note: Callable[[str], None] = _ignore,
) -> Verdict:
    """Validate a tree; without a probe, an unchanged one is known by its digests.

    ``keep``: whether ``.jittask/cache`` may be used. ``note`` is called, at most once, with
    what says nothing of the tree: that the system did not allow as many processes as usual.
    """
    root = root.resolve()
    if probe is not None:
        from jittask.compiler.build import compile_files

        compilation = compile_files(Files(root), probe)
        app = compilation.app
        return Verdict(compilation.diagnostics, tuple(app.elements), len(app.tasks))
    if not keep or not root.is_dir():
        return _judged(Files(root), note, keep=False)[0]
    cache = _Cache(root)
    cached = cache.of_same_tree()
    if cached is not None:
        return cached
    files = Files(root, cache.known)
    cached = cache.of_same_digests(files)
    if cached is not None:
        return cached
    verdict, environment = _judged(files, note, keep=True)
    cache.write(files, verdict, environment)
    return verdict


def _judged(
    files: Files, note: Callable[[str], None], *, keep: bool
) -> tuple[Verdict, Mapping[str, bool | str]]:
    """Return a verdict, and the environment variables that it rests on."""
    from jittask.compiler.compiling import Compiling  # late: a kept verdict needs no compiler
    from jittask.compiler.parallel import compile_in_parallel

    compiling = Compiling(files, is_only_checked=True)
    compiling.settle()
    tasks = compile_in_parallel(compiling, note, keep=keep)
    elements = tuple(found.name for found in compiling.elements.discovered.all)
    return Verdict(compiling.elements.diagnostics(), elements, tasks), compiling.environment.asked


class _Cache:
    """The one file of the cache; one that cannot be read is as if it were not there.

    Its first line is the verdict. Its second one has the folders and the digests of the
    files, and is read where the tree does not show at once that it has not changed.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = CacheFolder(root)
        self._line = ""
        self._held: dict[str, Any] = {}
        with suppress(*_NO_CACHE):
            with self._folder.open(_FILE) as file:
                line = file.readline()
            held = json.loads(line)
            if held["stamp"] == stamp():
                self._line, self._held = line, held

    @cached_property
    def _tree(self) -> dict[str, Any]:
        """What the tree held: its folders, and its files as ``_files`` gives them."""
        with suppress(*_NO_CACHE), self._folder.open(_FILE) as file:
            if self._line and file.readline() == self._line:
                tree: dict[str, Any] = json.loads(file.readline())
                return tree
        return {}

    @property
    def _files(self) -> dict[str, list[Any]]:
        """The digest of each file, and what shows that it has not changed. Raises KeyError."""
        files: dict[str, list[Any]] = self._tree["files"]
        return files

    @property
    def known(self) -> Look:
        """Digests of files that had settled when they were read."""
        with suppress(*_NO_CACHE):
            files = self._files.items()
            return Look(
                {
                    file: Known._make([file, *mark, digest])
                    for file, (digest, *mark) in files
                    if mark
                }
            )
        return NOTHING_KNOWN

    def of_same_tree(self) -> Verdict | None:
        """Return what was found, where the tree shows at once that it has not changed."""
        with suppress(*_NO_CACHE):
            marks = self._held["marks"]
            if marks is not None and is_same(self._root, Marks(*marks)):
                return self._verdict()
        return None

    def of_same_digests(self, files: Files) -> Verdict | None:
        """Return what was found, where the folders and the digests are what they were.

        A file or a folder that cannot be read has no digest, so it is never the same.
        """
        with suppress(*_NO_CACHE):
            if files.unreadable or sorted(files.folders) != self._tree["folders"]:
                return None
            if not _same_files(files, self._files):
                return None
            verdict = self._verdict()
            if verdict is not None and marks_of(files, files.known(self._folder.began)):
                self.write(files, verdict, self._held["environment"])  # the next time is sooner
            return verdict
        return None

    def write(self, files: Files, verdict: Verdict, environment: Mapping[str, bool | str]) -> None:
        """Keep a verdict; not where something could not be read, nor on a disk that refuses."""
        if files.unreadable or not self._folder.began:
            return
        with suppress(OSError):
            digests = {file: [files.digest(file)] for file in files.listed()}
            known = files.known(self._folder.began)
            settled = known.files
            held = {
                "stamp": stamp(),
                "environment": dict(environment),
                "marks": marks_of(files, known),
                "diagnostics": [asdict(found) for found in verdict.diagnostics],
                "elements": verdict.elements,
                "tasks": verdict.tasks,
            }
            looked = {
                file: [*digest, *(settled[file][1:-1] if file in settled else ())]
                for file, digest in digests.items()
            }
            tree = {"folders": sorted(files.folders), "files": looked}
            self._folder.write(_FILE, [json.dumps(held), json.dumps(tree)])

    def _verdict(self) -> Verdict | None:
        held = self._held
        if not answers_hold(held["environment"], os.environ):
            return None
        diagnostics = tuple(map(diagnostic, held["diagnostics"]))
        return Verdict(diagnostics, tuple(held["elements"]), held["tasks"])


def _same_files(files: Files, held: Mapping[str, list[Any]]) -> bool:
    try:
        listed = list(files.listed())
        return len(listed) == len(held) and all(
            file in held and files.digest(file) == held[file][0] for file in listed
        )
    except OSError:
        return False
