"""Lays out bundles: one read-only folder a version, named by its digest (rule H4).

A bundle is itself a small tree: the files of a task and of what it needs, and
an ``app.json`` with the settings that matter to it. A version that runs keeps
running from its folder whatever happens to the files that people edit.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path

from jittask.compiler.compiled import CompiledTask
from jittask.compiler.graph import manifest, version_head, version_of
from jittask.model import AppSettings

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOTDIR)
_CACHED_PATHS = 4096  # a path is asked for with every run
_CACHED_FILES = 256
_LARGE_BYTES = 1_000_000
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the tree, as it was read for a copy."""

    content: bytes | None
    """None of a large file, which is read again for each copy."""
    digest: str


class _Source:
    """A tree that bundles are copied from; the files that were read last are not read again."""

    def __init__(self, root: Path, settings: AppSettings) -> None:
        self._root = os.fspath(root)
        self.head = json.dumps(manifest(settings), ensure_ascii=False, indent=2).encode()
        """The ``app.json`` of each bundle."""
        self.version_head = version_head(settings)
        self.read = lru_cache(_CACHED_FILES)(self._read)

    def _read(self, name: str) -> _File:
        """Read a file; raises OSError."""
        path = f"{self._root}/{name}"
        if os.stat(path).st_size > _LARGE_BYTES:  # noqa: PTH116 - thousands at once
            return _File(None, _digest(Path(path)))
        content = _content(path)
        return _File(content, hashlib.sha256(content).hexdigest())


class BundleChanged(Exception):
    """A file of the bundle changed between compiling and copying; compile again."""


class Bundles:
    """The bundles of one tree, under ``.jittask/bundles``."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / "bundles"
        self._numbers = count()
        self._path = lru_cache(_CACHED_PATHS)(self._folder.joinpath)

    def path(self, version: str) -> Path:
        """Return the folder of that version, whether or not it exists."""
        return self._path(version)

    def has(self, version: str) -> bool:
        """Whether that version is laid out."""
        return self.path(version).is_dir()

    def lay_out_all(
        self, tasks: Iterable[CompiledTask], root: Path, settings: AppSettings
    ) -> dict[str, Exception]:
        """Lay out the bundles of many tasks; return what kept single tasks from it, by name.

        A file that many need is read once. Raises BundleChanged as ``lay_out``, and
        OSError where the disk refuses them all.
        """
        source = _Source(root, settings)
        failed: dict[str, Exception] = {}
        for task in tasks:
            try:
                self.lay_out(task, root, settings, source)
            except BundleChanged:
                raise
            except Exception as error:
                if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                    raise
                failed[task.name] = error
        return failed

    def lay_out(
        self, task: CompiledTask, root: Path, settings: AppSettings, source: _Source | None = None
    ) -> Path:
        """Copy the task's bundle to its folder, unless it is there; return the folder.

        The folder appears whole or not at all. ``source`` is what has been read of the
        tree. Raises BundleChanged where the copied files are not those that were
        compiled, OSError where the disk refuses.
        """
        target = self.path(task.version)
        if target.is_dir():
            return target
        source = source or _Source(root, settings)
        try:
            files = {name: source.read(name) for name in task.bundle}
        except FileNotFoundError as error:
            raise BundleChanged(task.name) from error
        digests = {name: file.digest for name, file in files.items()}
        if version_of(digests, source.version_head) != task.version:
            raise BundleChanged(task.name)
        draft = self._draft()
        try:
            _write(f"{draft}/app.json", source.head)
            for folder in _folders(files):
                os.mkdir(f"{draft}/{folder}")  # noqa: PTH102 - thousands at once
            for name, file in files.items():
                if file.content is not None:
                    _write(f"{draft}/{name}", file.content)
                elif _copied(root / name, Path(draft, name)) != file.digest:
                    raise BundleChanged(task.name)
            os.rename(draft, target)  # noqa: PTH104
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
            if isinstance(error, FileNotFoundError):
                raise BundleChanged(task.name) from error
            if not (isinstance(error, OSError) and target.is_dir()):  # another process was faster
                raise
        return target

    def _draft(self) -> str:
        """Make a folder of a name that no other process uses. Raises OSError."""
        draft = f"{self._folder}/.draft-{os.getpid()}-{next(self._numbers)}"
        try:
            os.mkdir(draft, 0o700)  # noqa: PTH102 - thousands at once
        except FileNotFoundError:
            self._folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:  # that of a process which was killed
            pass
        else:
            return draft
        return tempfile.mkdtemp(prefix=".draft-", dir=self._folder)

    def forget_unused(
        self,
        running: frozenset[str],
        recorded: Callable[[Collection[str]], frozenset[str]],
    ) -> None:
        """Delete what neither runs now nor is named by a record; ``recorded`` says which are."""
        others = self._versions() - running
        for name in others - recorded(others):
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def _versions(self) -> frozenset[str]:
        """Return the versions that are laid out; names of drafts may be among them."""
        if not self._folder.is_dir():
            return frozenset()
        with os.scandir(self._folder) as entries:
            return frozenset(entry.name for entry in entries)


def _folders(files: Iterable[str]) -> list[str]:
    """Return the folders that these files are in, each after the one that it is in."""
    found: set[str] = set()
    for file in files:
        folder = file.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(found)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copied(source: Path, target: Path) -> str:
    """Copy a large file; return the digest of the copy. Raises OSError."""
    shutil.copyfile(source, target)
    target.chmod(_READ_ONLY)
    return _digest(target)


def _content(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - thousands at once
        return file.read()


def _write(path: str, content: bytes) -> None:
    """Write a new file that nobody is to change; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _READ_ONLY)
    try:
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
    finally:
        os.close(descriptor)
