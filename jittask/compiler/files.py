"""One look at a tree's files: listed once, each read at most once, known again by digest (H2).

A file that has not changed since an earlier look, by its size, its times and
its inode, keeps the digest of then without being read, and a folder its names
without being listed. What had changed so shortly before that look that its
times could not tell a further change is not relied on (``settling.py``).
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from jittask.clock import Clock, SystemClock
from jittask.compiler.entries import Entry, EntryKind, is_folder
from jittask.compiler.file_content import (
    PART_BYTES,
    FileTooLarge,
    check_size,
    content_of,
    parts_of,
)
from jittask.compiler.file_names import is_draft, is_ignored, is_plain, shown
from jittask.compiler.look import NOTHING_KNOWN, Folder, Known, Look, not_looked_at, same_number
from jittask.compiler.lookalikes import misnamed_tops
from jittask.compiler.settling import nanoseconds, settled_before
from jittask.model import ElementKind

MANIFEST = "app.json"
MOST_BYTES = 4_000_000
"""A larger JSON or Python file of a tree is a mistake, not an element."""

COMMONS = "commons"
TOPS = (*(kind.value for kind in ElementKind), COMMONS)
"""The top folders that are ours; others of a JitAi app are none of our business (F1)."""
_MOST_DEPTH = 50
"""Of folders inside a top folder."""
_NOT_REGULAR = "it is not a regular file"
_MOST_SHARED = 10
"""Names in a folder; so that those of large folders are not kept."""


class Files:
    """The files of one tree that are ours, at one look.

    Paths are posix and relative to the tree. What a file holds is read when it
    is asked for, and may be gone by then: OSError.
    """

    def __init__(
        self,
        root: Path,
        known: Look = NOTHING_KNOWN,
        tops: Iterable[str] = TOPS,
        clock: Clock | None = None,
    ) -> None:
        self.root = root
        self._clock = clock or SystemClock()
        self._began = nanoseconds(self._clock)
        self.folders: dict[str, Folder] = {}
        self.unreadable: list[tuple[str, str]] = []
        """Folders that cannot be listed, and names that are no text: (path, why)."""
        self._files: dict[str, Known] = {}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._base = os.fspath(root)
        self.links: list[str] = []
        """Files and folders that are links."""
        self._linked: set[str] = set()
        if os.path.lexists(f"{self._base}/{MANIFEST}"):
            self._look_at(MANIFEST, known)
        tops = tuple(tops)
        self.misnamed = misnamed_tops(self._base) if tops else {}
        """Top folders that are probably meant as ours, each with an ``e.json`` in it."""
        for file in self.misnamed.values():
            self._look_at(file, known)
        for top in tops:
            if os.path.isdir(f"{self._base}/{top}"):
                self._list(top, known)

    def has(self, file: str) -> bool:
        """Whether the look found this file."""
        return file in self._files

    def listed(self) -> Iterator[str]:
        """Yield every file of the look."""
        yield from self._files

    def held(self, folder: str) -> Folder | None:
        """Return what a folder holds; None where the look found no such folder."""
        return self.folders.get(folder)

    def read(self, file: str) -> bytes:
        """Return a file's bytes. Raises OSError; FileTooLarge before it is read."""
        return self._read(file, MOST_BYTES)

    def digest(self, file: str) -> str:
        """Return SHA-256 of a file's bytes, in hex; raises OSError."""
        found = self._files.get(file)
        if found is None or not found.digest:
            try:
                self._read(file, PART_BYTES)
            except FileTooLarge:
                found = self._regular(file)
                whole = hashlib.sha256()
                for part in parts_of(f"{self._base}/{file}"):
                    whole.update(part)
                self._files[file] = _with_digest(found, whole.hexdigest())
            found = self._files[file]
        return found.digest

    def under(self, folder: str) -> list[str]:
        """Return the files of a folder and of those in it, but not of elements inside it."""
        held = self.held(folder)
        if held is None:
            return []
        files = self._files
        found = []
        for name in held.files:
            path = f"{folder}/{name}"
            found.append(files[path].path)
        for name in held.folders:
            inner = f"{folder}/{name}"
            if "e.json" not in self.folders[inner].files:
                found += self.under(inner)
        return found

    def known_now(self) -> dict[str, Known]:
        """Return the files whose digests this look knows, settled or not."""
        return {file: found for file, found in self._files.items() if found.digest}

    def take(self, read: Mapping[str, Known]) -> None:
        """Take over what a fork of this look has read."""
        self._files.update(read)

    def known(self, began: int = 0) -> Look:
        """Return what a later look can rely on.

        ``began``: the file system's time when this look began, in nanoseconds, where known.
        """
        settled = self._settled_before(began)
        return Look(
            {
                file: found
                for file, found in self._files.items()
                if found.digest and found.changed < settled
            },
            {
                folder: held
                for folder, held in self.folders.items()
                if held.inode and held.changed < settled
            },
        )

    def _settled_before(self, began: int) -> int:
        """Return the time before which what has changed has settled; ``began``: see ``known``."""
        if began:
            return settled_before(began)
        newest = max((found.changed for found in self._files.values()), default=0)
        return settled_before(newest, self._began)

    def _regular(self, file: str) -> Known:
        """Return what the look found of a file; raises OSError where it is gone, or none."""
        found = self._files.get(file)
        if found is None or not found.inode:
            status = os.stat(f"{self._base}/{file}")
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, _NOT_REGULAR)
            found = self._files[file] = _found(file if found is None else found.path, status)
        return found

    def _read(self, file: str, most: int) -> bytes:
        """Return a file's bytes; raises OSError, FileTooLarge for more than ``most``.

        One that has not been looked at yet is now, by the descriptor that it is read with.
        """
        path = f"{self._base}/{file}"
        found = self._files.get(file)
        if found is not None and found.inode:
            check_size(found.size, most)
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            self._regular(file)  # it says so where it is no file at all
            raise
        try:
            status = os.fstat(descriptor)
            if found is None or not found.inode:
                if not stat.S_ISREG(status.st_mode):
                    raise OSError(0, _NOT_REGULAR)
                check_size(status.st_size, most)
                found = _found(file if found is None else found.path, status)
            content = content_of(descriptor, status.st_size)
        finally:
            os.close(descriptor)
        self._files[file] = _with_digest(found, hashlib.sha256(content).hexdigest())
        return content

    def _list(self, folder: str, known: Look) -> None:
        path = f"{self._base}/{folder}"
        held = known.folders.get(folder)
        try:
            status = os.stat(path)
            if held is None or not _is_as_it_was(held, status):
                modified = status.st_mtime_ns
                changed = same_number(status.st_ctime_ns, modified)
                held = Folder(modified, changed, status.st_ino)
                if folder.count("/") <= _MOST_DEPTH:
                    self._scan(folder, path, held)
                else:
                    held.inode = 0  # so that the next look says it, too
                    self.unreadable.append((folder, f"folders are at most {_MOST_DEPTH} deep"))
        except OSError as error:
            held = Folder()
            self.unreadable.append((folder, f"the folder cannot be read: {error.strerror}"))
        self.folders[folder] = held
        for name in held.files:
            self._look_at(f"{folder}/{name}", known)
        for name in held.folders:
            self._list(f"{folder}/{name}", known)

    def _scan(self, folder: str, path: str, held: Folder) -> None:
        """List a folder; raises OSError."""
        files: list[str] = []
        folders: list[str] = []
        with os.scandir(path) as entries:
            for entry in entries:
                if is_plain(entry.name) and not entry.is_symlink():
                    (folders if entry.is_dir() else files).append(entry.name)
                    continue
                unreadable = len(self.unreadable)
                kind = self._kind_of(folder, entry)
                if len(self.unreadable) > unreadable:
                    held.inode = 0  # so that the next look says it, too
                if kind is EntryKind.FILE:
                    files.append(entry.name)
                elif kind is EntryKind.FOLDER:
                    folders.append(entry.name)
                if entry.is_symlink() and not is_ignored(entry.name):
                    held.inode = 0  # its target may change, and nothing here shows that
                    self.links.append(f"{folder}/{entry.name}")
        held.files = self._shared(tuple(sorted(files)))
        held.folders = self._shared(tuple(sorted(folders)))

    def _shared(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the one tuple of these names: they are the same in most folders."""
        return self._names.setdefault(names, names) if len(names) < _MOST_SHARED else names

    def _kind_of(self, folder: str, entry: Entry) -> EntryKind | None:
        """Return what an entry of a folder is to a tree; None where it is passed over."""
        name = entry.name
        if not name.isprintable() or "\\" in name:
            self.unreadable.append((f"{folder}/{shown(name)}", "the name is not plain text"))
        elif is_ignored(name):
            return None
        elif is_folder(entry):
            if not entry.is_symlink() or self._first_visit(f"{folder}/{name}"):
                return EntryKind.FOLDER
        elif not is_draft(name):
            return EntryKind.FILE
        return None

    def _look_at(self, file: str, known: Look) -> None:
        """Find a file known; one that is not is looked at when it is first read."""
        before = known.files.get(file)
        if before is None:
            self._files[file] = not_looked_at(file)
            return
        try:
            status = os.stat(f"{self._base}/{file}")
        except OSError:
            # gone, or a link to nothing: reading it shows which
            self._files[file] = not_looked_at(file)
            return
        if _is_as_it_was(before, status) and before.size == status.st_size:
            self._files[before.path] = before
        else:
            is_file = stat.S_ISREG(status.st_mode)
            self._files[file] = _found(file, status) if is_file else not_looked_at(file)

    def _first_visit(self, folder: str) -> bool:
        """Whether a linked folder leads to what this look has not been led to before."""
        target = os.path.realpath(f"{self._base}/{folder}")
        here = os.path.realpath(f"{self._base}/{folder.rpartition('/')[0]}")
        upwards = here == target or here.startswith(target.rstrip("/") + "/")
        if upwards or target in self._linked:
            return False
        self._linked.add(target)
        return True


def _is_as_it_was(before: Known | Folder, status: os.stat_result) -> bool:
    return (
        before.changed == status.st_ctime_ns
        and before.modified == status.st_mtime_ns
        and before.inode == status.st_ino
    )


def _with_digest(found: Known, digest: str) -> Known:
    path, size, modified, changed, inode, _ = found
    return Known(path, size, modified, changed, inode, digest)


def _found(file: str, status: os.stat_result) -> Known:
    modified = status.st_mtime_ns
    changed = same_number(status.st_ctime_ns, modified)
    return Known(file, status.st_size, modified, changed, status.st_ino, "")
