"""Reads the files of a tree that bundles are made of; each is the one that was compiled (H4)."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from jittask.compiler.compiled import CompiledTask
from jittask.compiler.graph import version_of

READ_ONLY = 0o444
_CACHED_FILES = 256
_LARGE_BYTES = 1_000_000


class BundleChanged(Exception):
    """A file of these tasks' bundles changed between compiling and copying; compile again.

    ``failed``: what kept these and other tasks of many from being kept, by name.
    """

    def __init__(self, *tasks: str, failed: Mapping[str, Exception] = MappingProxyType({})) -> None:
        super().__init__(f"files changed while they were copied: {', '.join(tasks)}")
        self.tasks = tasks
        self.failed = failed


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the tree, as it was read for a copy."""

    content: bytes | None
    """None of a large file, which is read again for each copy."""
    digest: str


class Source:
    """A tree that bundles are copied from; the files that were read last are not read again."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self.read = lru_cache(_CACHED_FILES)(self._read)

    def _read(self, name: str) -> SourceFile:
        """Read a file; raises OSError."""
        path = f"{self._root}/{name}"
        if os.stat(path).st_size > _LARGE_BYTES:  # noqa: PTH116 - thousands at once
            return SourceFile(None, _digest(Path(path)))
        content = _content(path)
        return SourceFile(content, hashlib.sha256(content).hexdigest())

    def files(self, task: CompiledTask) -> dict[str, SourceFile]:
        """Read a task's files; raises OSError, BundleChanged where they are not its version's."""
        try:
            files = {name: self.read(name) for name in task.bundle}
        except FileNotFoundError as error:
            raise BundleChanged(task.name) from error
        digests = {name: file.digest for name, file in files.items()}
        if version_of(digests, task.manifest) != task.version:
            raise BundleChanged(task.name)
        return files


def copied(source: Path, target: Path) -> str:
    """Copy a large file; return the digest of the copy. Raises OSError."""
    shutil.copyfile(source, target)
    target.chmod(READ_ONLY)
    return _digest(target)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands at once
        return file.read()
