"""Lays out bundles: one read-only folder a version, named by its digest (rule H4).

A bundle is itself a small tree: the files of a task and of what it needs, and
an ``app.json`` with the settings that matter to it. A version that runs keeps
running from its folder whatever happens to the files that people edit.

Many versions at once are kept in a pack (``packs.py``), and each gets its folder
when that is first asked for: most tasks of a large tree are not due for long.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path

from jittask.compiler.compiled import CompiledTask
from jittask.compiler.files import MANIFEST
from jittask.compiler.graph import version_of
from jittask.runtime.bundle_source import READ_ONLY, BundleChanged, Source, copied
from jittask.runtime.bundles_lock import BundlesLock
from jittask.runtime.executors.workplace import BundleUnavailable
from jittask.runtime.packs import Contents, Packs

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENOTDIR)
_CACHED_PATHS = 4096  # a path is asked for with every run
_PACKED = "packed"
LEAST_PACKED = 200
"""So many versions at once are packed; fewer get their folders at once."""


class _NotKept(OSError):
    """Neither a folder nor a pack has the version."""


class Bundles:
    """The bundles of one tree, under ``.jittask/bundles``."""

    def __init__(self, state_folder: Path, report: Callable[[str], None] = lambda _: None) -> None:
        """``report`` is called with why versions that nobody needs cannot be deleted."""
        self._folder = state_folder / "bundles"
        self._base = os.fspath(self._folder)
        self._report = report
        self._numbers = count()
        self._lock = BundlesLock(state_folder)
        self._packs = Packs(self._folder / _PACKED)
        self._laid_out = lru_cache(_CACHED_PATHS)(self._lay_out_kept)

    def path(self, version: str) -> Path:
        """Return the folder of that version; one that is packed gets it now.

        Raises BundleUnavailable where the version is not kept, or the disk refuses it;
        a later call tries again.
        """
        try:
            folder = self._laid_out(version)
            if not self._has_folder(version):  # it was deleted since
                self._laid_out.cache_clear()
                folder = self._laid_out(version)
        except (OSError, ValueError) as error:
            text = f"version {version[:12]} cannot be laid out: {error}"
            raise BundleUnavailable(text) from error
        return folder

    def has(self, version: str) -> bool:
        """Whether that version is kept."""
        return self._has_folder(version) or version in self._packs

    def files(self, version: str) -> dict[str, bytes] | None:
        """Return what that version's files hold; None where it is not kept.

        Raises OSError; ValueError where its pack is damaged.
        """
        folder = self._folder / version
        if not self._has_folder(version):
            return self._packed(version)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    def lay_out_all(self, tasks: Iterable[CompiledTask], root: Path) -> dict[str, Exception]:
        """Keep the bundles of many tasks; return what kept single tasks from it, by name.

        A file that many need is read once. Raises BundleChanged as ``lay_out``, once
        all others are kept, and OSError where the disk refuses them all.
        """
        source = Source(root)
        failed: dict[str, Exception] = {}
        missing = [task for task in tasks if not self._is_kept(task)]
        if len(missing) >= LEAST_PACKED:
            missing = self._pack(missing, source, failed)
        changed = [name for name, error in failed.items() if isinstance(error, BundleChanged)]
        for task in missing:
            try:
                self.lay_out(task, root, source)
            except BundleChanged as error:
                changed.append(task.name)
                failed[task.name] = error
            except Exception as error:
                if _is_of_the_disk(error):
                    raise
                failed[task.name] = error
        if changed:
            raise BundleChanged(*changed, failed=failed)
        return failed

    def _pack(
        self, tasks: Iterable[CompiledTask], source: Source, failed: dict[str, Exception]
    ) -> list[CompiledTask]:
        """Pack the bundles of tasks; return those that are to be laid out, for a large file.

        ``failed`` gets what kept single tasks from it. Raises OSError.
        """
        left: list[CompiledTask] = []

        def versions() -> Iterator[tuple[str, Contents]]:
            for task in sorted(tasks, key=lambda task: task.version):
                try:
                    files = source.files(task)
                except Exception as error:
                    if _is_of_the_disk(error):
                        raise
                    failed[task.name] = error
                    continue
                contents = {
                    name: file.content for name, file in files.items() if file.content is not None
                }
                if len(contents) < len(files):
                    left.append(task)
                else:
                    yield task.version, {MANIFEST: task.manifest.encode(), **contents}

        self._packs.write(versions())
        return left

    def lay_out(self, task: CompiledTask, root: Path, source: Source | None = None) -> Path:
        """Copy the task's bundle to its folder, unless it is there; return the folder.

        The folder appears whole or not at all. ``source`` is what has been read of the
        tree. Raises BundleChanged where the copied files are not those that were
        compiled, OSError where the disk refuses.
        """
        if self._is_kept(task):
            return self.path(task.version)
        source = source or Source(root)
        files = source.files(task)
        contents = {name: file.content for name, file in files.items() if file.content is not None}
        large = {name: file.digest for name, file in files.items() if file.content is None}

        def copy(draft: str) -> None:
            for name, digest in large.items():
                if copied(root / name, Path(draft, name)) != digest:
                    raise BundleChanged(task.name)

        try:
            return self._put(
                task.version, {MANIFEST: task.manifest.encode(), **contents}, large, copy
            )
        except FileNotFoundError as error:
            raise BundleChanged(task.name) from error

    def _lay_out_kept(self, version: str) -> Path:
        """Return the folder of a version, which is laid out where it is packed.

        Raises _NotKept where it is neither, OSError, and ValueError where its pack is damaged.
        """
        target, has_folder = self._folder / version, self._has_folder(version)
        try:
            contents = self._packed(version)
        except (OSError, ValueError):
            if has_folder:
                return target
            raise
        if has_folder and (contents is None or _holds(target, contents)):
            return target
        if contents is None:
            raise _NotKept("it is not kept")
        if target.is_dir():  # a part of it was deleted
            self._delete(version)
        return self._put(version, contents)

    def _has_folder(self, version: str) -> bool:
        """Whether it has a folder with a manifest; a part of it may be gone all the same."""
        path = f"{self._base}/{version}/{MANIFEST}"  # a Path would keep its name for good
        return os.path.isfile(path)  # noqa: PTH113

    def _is_kept(self, task: CompiledTask) -> bool:
        """Whether the task's version is kept; a folder that lacks a file is deleted.

        Raises OSError.
        """
        folder = f"{self._base}/{task.version}"
        if os.path.isdir(folder):  # noqa: PTH112 - thousands at once
            names = (MANIFEST, *task.bundle)
            if all(os.path.isfile(f"{folder}/{name}") for name in names):  # noqa: PTH113
                return True
            self._delete(task.version)
        return task.version in self._packs

    def _packed(self, version: str) -> dict[str, bytes] | None:
        """Return a packed version's files; None where it is not packed.

        Raises OSError; ValueError where its pack is damaged, and then it is kept no more.
        """
        try:
            contents = self._packs.files(version)
            if contents is None or _version_of(contents) == version:
                return contents
        except ValueError:
            self._packs.damaged(version)
            raise
        self._packs.damaged(version)
        raise ValueError("its pack is damaged")

    def _put(
        self,
        version: str,
        contents: Contents,
        others: Iterable[str] = (),
        add: Callable[[str], None] = lambda _: None,
    ) -> Path:
        """Write a version's folder, which appears whole or not at all; return it.

        ``add`` puts further files, ``others``, into the draft of it. Raises OSError.
        """
        target, draft = self._folder / version, self._draft()
        try:
            for folder in _folders([*contents, *others]):
                os.mkdir(f"{draft}/{folder}")  # noqa: PTH102 - thousands at once
            for name, content in contents.items():
                _write(f"{draft}/{name}", content)
            add(draft)
            os.rename(draft, target)  # noqa: PTH104
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
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
        """Delete what neither runs now nor is named by a record; ``recorded`` says which are.

        What cannot be deleted stays, and is reported. Nothing is deleted while another
        process uses the bundles: it may have another run store.
        """
        if not self._folder.is_dir():
            return
        try:
            with self._lock.alone() as is_alone:
                if is_alone:
                    self._forget_unused(running, recorded)
        except OSError as error:
            self._report(f"versions that nobody needs stay: {error}")
        self._laid_out.cache_clear()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep other processes from deleting versions; where that cannot be, it is reported."""
        try:
            self._lock.share()
        except OSError as error:
            self._report(f"the versions cannot be locked: {error}")
        try:
            yield
        finally:
            self._lock.free()

    def _forget_unused(
        self, running: frozenset[str], recorded: Callable[[Collection[str]], frozenset[str]]
    ) -> None:
        laid_out = self._folders()
        others = {name for name in (*laid_out, *self._packs) if name not in running}
        kept = running | recorded(others)
        for name in laid_out - kept:
            self._delete(name)
        self._packs.keep_only(kept, self._report)

    def _delete(self, name: str) -> None:
        """Delete a version's folder, which is none from the first moment on. Raises OSError."""
        away = f"{self._base}/.draft-{os.getpid()}-{next(self._numbers)}"
        os.rename(f"{self._base}/{name}", away)  # noqa: PTH104 - as for a draft
        shutil.rmtree(away, ignore_errors=True)

    def _folders(self) -> frozenset[str]:
        """Return the versions that are laid out; names of drafts may be among them."""
        if not self._folder.is_dir():
            return frozenset()
        with os.scandir(self._folder) as entries:
            return frozenset(entry.name for entry in entries if entry.name != _PACKED)


def _is_of_the_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in _OF_THE_DISK


def _version_of(contents: Contents) -> str:
    """Return the version that these files are. Raises ValueError where they are none."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    digests.pop(MANIFEST, None)
    head = json.loads(contents.get(MANIFEST, b""))
    return version_of(digests, json.dumps(head, sort_keys=True))


def _holds(folder: Path, contents: Contents) -> bool:
    """Whether a folder has all of these files as they were packed."""
    try:
        return all((folder / name).read_bytes() == content for name, content in contents.items())
    except OSError:
        return False


def _folders(files: Iterable[str]) -> list[str]:
    """Return the folders that these files are in, each after the one that it is in."""
    found: set[str] = set()
    for file in files:
        folder = file.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return sorted(found)


def _write(path: str, content: bytes) -> None:
    """Write a new file that nobody is to change; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, READ_ONLY)
    try:
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
    finally:
        os.close(descriptor)
