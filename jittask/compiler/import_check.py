"""What validation says of a tree, kept in ``.jittask/cache`` while nothing changes (rule H2).

A kept verdict holds while every file of the tree has the digest that it had,
the environment variables that it names answer as they did, and
JitTask and what it checks with are the same. It may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jittask.compiler.cache import CacheFolder, diagnostic, stamp
from jittask.compiler.files import Files
from jittask.compiler.look import NOTHING_KNOWN, Known, Look
from jittask.compiler.probe import Probe
from jittask.diagnostics import Diagnostic
from jittask.environment import answers_hold

_FILE = "verdict.json"


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


def judge(root: Path, probe: Probe | None = None, *, keep: bool = True) -> Verdict:
    """Validate a tree; without a probe, an unchanged one is known by its digests.

    ``keep``: whether ``.jittask/cache`` may be used.
    """
    root = root.resolve()
    if probe is not None:
        from jittask.compiler.build import compile_files

        compilation = compile_files(Files(root), probe)
        app = compilation.app
        return Verdict(compilation.diagnostics, tuple(app.elements), len(app.tasks))
    if not keep or not root.is_dir():
        return _judged(Files(root))[0]
    cache = _Cache(root)
    files = Files(root, cache.known)
    cached = cache.verdict(files)
    if cached is not None:
        return cached
    verdict, environment = _judged(files)
    cache.write(files, verdict, environment)
    return verdict


def _judged(files: Files) -> tuple[Verdict, Mapping[str, bool | str]]:
    """Return a verdict, and the environment variables that it rests on."""
    from jittask.compiler.compiling import Compiling  # late: a kept verdict needs no compiler
    from jittask.compiler.parallel import compile_in_parallel

    compiling = Compiling(files)
    compiling.settle()
    tasks = compile_in_parallel(compiling)
    elements = tuple(found.name for found in compiling.elements.discovered.all)
    return Verdict(compiling.elements.diagnostics(), elements, tasks), compiling.environment.asked


class _Cache:
    """The one file of the cache; one that cannot be read is as if it were not there."""

    def __init__(self, root: Path) -> None:
        self._folder = CacheFolder(root)
        self._stamp = stamp()
        self._held: dict[str, Any] = {}
        self.known = NOTHING_KNOWN
        """Digests of files that had settled when they were read."""
        # what people or a crash have made of the file is no verdict
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            with self._folder.open(_FILE) as file:
                held = json.load(file)
            if held["stamp"] == self._stamp:
                files = held["files"].items()
                self.known = Look(
                    {
                        file: Known._make([file, *mark, digest])
                        for file, (digest, *mark) in files
                        if mark
                    }
                )
                self._held = held

    def verdict(self, files: Files) -> Verdict | None:
        """Return what was found, where it is still valid."""
        held = self._held
        if not held or not _same_files(files, held["files"]):
            return None
        if not answers_hold(held["environment"], os.environ):
            return None
        diagnostics = tuple(map(diagnostic, held["diagnostics"]))
        return Verdict(diagnostics, tuple(held["elements"]), held["tasks"])

    def write(self, files: Files, verdict: Verdict, environment: Mapping[str, bool | str]) -> None:
        """Keep a verdict; not where something could not be read, nor on a disk that refuses."""
        if files.unreadable or not self._folder.began:
            return
        with contextlib.suppress(OSError):
            digests = {file: [files.digest(file)] for file in files.listed()}
            settled = files.known(self._folder.began).files
            held = {
                "stamp": self._stamp,
                "environment": dict(environment),
                "files": {
                    file: [*digest, *(settled[file][1:-1] if file in settled else ())]
                    for file, digest in digests.items()
                },
                "diagnostics": [asdict(found) for found in verdict.diagnostics],
                "elements": verdict.elements,
                "tasks": verdict.tasks,
            }
            self._folder.write(_FILE, [json.dumps(held)])


def _same_files(files: Files, held: Mapping[str, list[Any]]) -> bool:
    try:
        listed = list(files.listed())
        return len(listed) == len(held) and all(
            file in held and files.digest(file) == held[file][0] for file in listed
        )
    except OSError:
        return False
