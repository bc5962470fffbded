"""The code that a run ran, and how it differs from the task's code now (rules H3, H4, C17)."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from jittask.model import ElementKind
from jittask.operations.edit.opened_files import opened_folder
from jittask.operations.errors import Conflict, NotFound
from jittask.operations.manifest import MANIFEST
from jittask.operations.naming import find_run
from jittask.operations.workspace import Workspace
from jittask.state_folder import state_folder

if TYPE_CHECKING:
    from jittask.compiler.compiled import CompiledTask

MOST_LINES = 5_000
"""Longer files are not compared line by line: that takes quadratic time."""
_CONTEXT_LINES = 3
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SECRET_FOLDER = f"{ElementKind.DATABASE.value}/"

Contents = Mapping[str, bytes]
"""Files by their posix paths relative to the tree."""


class FileChange(StrEnum):
    """What has become of a file since the run."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class LineMark(StrEnum):
    """What has become of a line since the run."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"
    """Stands for lines that are the same and are left out."""


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A line of a comparison, with its number in the file that the run ran and in the one now."""

    mark: LineMark
    text: str
    then: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """A file of a version, and what has become of it."""

    path: str
    change: FileChange
    text: str | None
    """As the run ran it; None where it was added since, or is withheld."""
    lines: tuple[ComparedLine, ...] = ()
    """Where it has changed, with the lines around; none of a very long file."""
    withheld: bool = False
    """It may hold a password, and is not for this caller."""


@dataclass(frozen=True, slots=True)
class RunVersion:
    """The version of a run, and the current one of its task."""

    version: str | None
    """None where no attempt has begun."""
    current: str | None
    """None where the task is gone or cannot load."""
    kept: bool
    """Whether the files of the version are still there: a runtime that starts removes old ones."""
    files: tuple[ComparedFile, ...] = ()


def run_version(workspace: Workspace, number: int, *, secrets: bool = False) -> RunVersion:
    """Return the files that a run ran, compared with those of its task now.

    The files of databases are withheld unless ``secrets`` is set. Raises NoRecords, NotFound,
    Unavailable.
    """
    with workspace.stored() as store:
        run = find_run(store, number)
    task = workspace.app.tasks.get(run.task)
    current = None if task is None else task.version
    if run.version is None:
        return RunVersion(None, current, kept=False)
    now = {} if task is None else _current(workspace, task)
    then = now if run.version == current else _laid_out(workspace.root, run.version)
    if then is None:
        return RunVersion(run.version, current, kept=False)
    shown = tuple(
        _compared(path, then.get(path), now.get(path), secrets=secrets)
        for path in sorted(then.keys() | now.keys())
    )
    return RunVersion(run.version, current, kept=True, files=shown)


def _current(workspace: Workspace, task: CompiledTask) -> Contents:
    """Return the files of the task's bundle as they are now; those that are gone are left out."""
    found = {MANIFEST: _pretty(json.loads(task.manifest))}
    for name in task.bundle:
        path = PurePosixPath(name)
        try:
            with opened_folder(workspace.root, str(path.parent)) as folder:
                found[name] = folder.read(path.name)[0]
        except (FileNotFoundError, NotFound, Conflict):
            continue
    return found


def _laid_out(root: Path, version: str) -> Contents | None:
    """Return the files of a version that a runtime has laid out; None where it is gone."""
    from jittask.runtime.bundles import Bundles

    if not _DIGEST.fullmatch(version):  # the name of a folder
        return None
    try:
        found = Bundles(state_folder(root)).files(version)
    except (FileNotFoundError, ValueError):  # removed meanwhile, or damaged
        return None
    if found and MANIFEST in found:
        found[MANIFEST] = _pretty(json.loads(found[MANIFEST]))
    return found or None


def _pretty(head: object) -> bytes:
    return json.dumps(head, ensure_ascii=False, indent=2).encode()


def _compared(path: str, then: bytes | None, now: bytes | None, *, secrets: bool) -> ComparedFile:
    change = (
        FileChange.ADDED if then is None else
        FileChange.REMOVED if now is None else
        FileChange.SAME if then == now else FileChange.CHANGED
    )  # fmt: skip
    if path.startswith(_SECRET_FOLDER) and not secrets:
        return ComparedFile(path, change, None, withheld=True)
    text = None if then is None else _text(then)
    lines = () if change is FileChange.SAME else tuple(_lines(text or "", _text(now or b"")))
    return ComparedFile(path, change, text, lines)


def _text(content: bytes) -> str:
    return content.decode("utf-8-sig", errors="replace")


def _lines(then: str, now: str) -> Iterator[ComparedLine]:
    """Yield what has changed, with three lines around it."""
    old, new = then.splitlines(), now.splitlines()
    if max(len(old), len(new)) > MOST_LINES:
        return
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for place, group in enumerate(matcher.get_grouped_opcodes(_CONTEXT_LINES)):
        if place:
            yield ComparedLine(LineMark.GAP, "", None, None)
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                for then_at, now_at in zip(
                    range(old_from, old_to), range(new_from, new_to), strict=True
                ):
                    yield ComparedLine(LineMark.SAME, old[then_at], then_at + 1, now_at + 1)
                continue
            for then_at in range(old_from, old_to):
                yield ComparedLine(LineMark.REMOVED, old[then_at], then_at + 1, None)
            for now_at in range(new_from, new_to):
                yield ComparedLine(LineMark.ADDED, new[now_at], None, now_at + 1)
