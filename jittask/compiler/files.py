"""One look at a tree's files: listed once, each read at most once, known again by digest (H2).

A file that has not changed since an earlier look, by its size, its times and
its inode, keeps the digest of then without being read. What had changed so
shortly before that look that its times could not tell a further change is not
relied on: how late it was then is told by the newest time among the files, so
that no clock is asked.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from jittask.compiler.findings import Findings
from jittask.diagnostics import Location
from jittask.model import ElementKind

MANIFEST = "app.json"
MOST_BYTES = 4_000_000
"""A larger JSON or Python file of a tree is a mistake, not an element."""

COMMONS = "commons"
TOPS = (*(kind.value for kind in ElementKind), COMMONS)
"""The top folders that are ours; others of a JitAi app are none of our business (F1)."""
IGNORED_FOLDERS = frozenset({"__pycache__", ".jittask", ".git", "node_modules"})
_MOST_DEPTH = 50
"""Of folders inside a top folder."""
_PART_BYTES = 1_000_000
_RACY_NANOSECONDS = 2_000_000_000
"""The coarsest time stamps of file systems in use."""


class Mark(NamedTuple):
    """What tells without reading that a file is the one it was; a tuple: there is one a file."""

    size: int
    modified: int
    """Nanoseconds, as the file system has them."""
    changed: int
    inode: int


class Known(NamedTuple):
    """A digest, and the mark of the file that it was made of."""

    mark: Mark
    digest: str


@dataclass(slots=True)
class Folder:
    """What a folder holds, by name, sorted."""

    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


class FileTooLarge(OSError):
    """A JSON or Python file of more than ``MOST_BYTES``."""


class Files:
    """The files of one tree that are ours, at one look.

    Paths are posix and relative to the tree. What a file holds is read when it
    is asked for, and may be gone by then: OSError.
    """

    def __init__(self, root: Path, known: Mapping[str, Known] | None = None) -> None:
        self.root = root
        self._known = known or {}
        self.folders: dict[str, Folder] = {}
        self.unreadable: list[tuple[str, str]] = []
        """Folders that cannot be listed, and names that are no text: (path, why)."""
        self._marks: dict[str, Mark] = {}
        self._digests: dict[str, str] = {}
        self._base = os.fspath(root)
        self._linked: set[str] = set()
        self._take_manifest()
        for top in TOPS:
            if os.path.isdir(f"{self._base}/{top}"):
                self._list(top)
        self._known = {}

    def has(self, file: str) -> bool:
        """Whether the look found this file."""
        return file in self._marks

    def listed(self) -> Iterator[str]:
        """Yield every file of the look."""
        yield from self._marks

    def read(self, file: str) -> bytes:
        """Return a file's bytes. Raises OSError; FileTooLarge before it is read."""
        mark = self._mark(file)
        if mark.size > MOST_BYTES:
            raise FileTooLarge(f"expected at most {MOST_BYTES:,} bytes, got {mark.size:,}")
        content = b"".join(_parts(f"{self._base}/{file}"))
        self._digests[file] = hashlib.sha256(content).hexdigest()
        return content

    def digest(self, file: str) -> str:
        """Return SHA-256 of a file's bytes, in hex; raises OSError."""
        found = self._digests.get(file)
        if found is None:
            self._mark(file)
            whole = hashlib.sha256()
            for part in _parts(f"{self._base}/{file}"):
                whole.update(part)
            found = whole.hexdigest()
            self._digests[file] = found
        return found

    def under(self, folder: str) -> list[str]:
        """Return the files of a folder and of those in it, but not of elements inside it."""
        held = self.folders.get(folder)
        if held is None:
            return []
        found = [f"{folder}/{name}" for name in held.files]
        for name in held.folders:
            inner = f"{folder}/{name}"
            if "e.json" not in self.folders[inner].files:
                found += self.under(inner)
        return found

    def known_now(self) -> dict[str, Known]:
        """Return the digests that this look knows, settled or not."""
        return {file: Known(self._marks[file], digest) for file, digest in self._digests.items()}

    def take(self, read: Mapping[str, Known]) -> None:
        """Take over what a fork of this look has read."""
        for file, known in read.items():
            self._marks[file], self._digests[file] = known.mark, known.digest

    def known(self, began: int = 0) -> dict[str, Known]:
        """Return what a later look can rely on.

        ``began``: the file system's time when this look began, in nanoseconds, where known.
        """
        newest = max((one.changed for one in self._marks.values()), default=0)
        settled = max(newest, began) - _RACY_NANOSECONDS
        return {
            file: Known(mark, digest)
            for file, digest in self._digests.items()
            if (mark := self._marks[file]).changed < settled
        }

    def _take_manifest(self) -> None:
        if os.path.lexists(f"{self._base}/{MANIFEST}"):
            try:
                self._found(MANIFEST, _mark(os.stat(f"{self._base}/{MANIFEST}")))
            except OSError:
                self._marks[MANIFEST] = _mark(None)

    def _mark(self, file: str) -> Mark:
        """Return a file's mark; raises OSError where it is gone, or no regular file."""
        mark = self._marks.get(file)
        if mark is None or not mark.inode:
            status = os.stat(f"{self._base}/{file}")
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "it is not a regular file")
            mark = self._marks[file] = _mark(status)
        return mark

    def _list(self, folder: str) -> None:
        held = self.folders[folder] = Folder()
        if folder.count("/") > _MOST_DEPTH:
            self.unreadable.append((folder, f"folders are at most {_MOST_DEPTH} deep"))
            return
        try:
            with os.scandir(f"{self._base}/{folder}") as entries:
                for entry in entries:
                    self._take(folder, entry, held)
        except OSError as error:
            self.unreadable.append((folder, f"the folder cannot be read: {error.strerror}"))
        held.files.sort()
        held.folders.sort()
        for name in held.folders:
            self._list(f"{folder}/{name}")

    def _take(self, folder: str, entry: os.DirEntry[str], held: Folder) -> None:
        name = entry.name
        if not name.isprintable() or "\\" in name:
            shown = name.encode("ascii", "backslashreplace").decode()
            self.unreadable.append((f"{folder}/{shown}", "the name is not plain text"))
        elif name.startswith(".") or name in IGNORED_FOLDERS:
            return
        elif _is_folder(entry):
            if not entry.is_symlink() or self._first_visit(f"{folder}/{name}"):
                held.folders.append(name)
        elif not name.endswith((".pyc", "~", ".swp", ".tmp")):
            self._found(f"{folder}/{name}", _mark(_status(entry)))
            held.files.append(name)

    def _found(self, file: str, mark: Mark) -> None:
        before = self._known.get(file)
        if before is not None and before.mark == mark:
            self._marks[file], self._digests[file] = before
        else:
            self._marks[file] = mark

    def _first_visit(self, folder: str) -> bool:
        """Whether a linked folder leads to what this look has not been led to before."""
        target = os.path.realpath(f"{self._base}/{folder}")
        here = os.path.realpath(f"{self._base}/{folder.rpartition('/')[0]}")
        upwards = here == target or here.startswith(target.rstrip("/") + "/")
        if upwards or target in self._linked:
            return False
        self._linked.add(target)
        return True


def read_or_tell(files: Files, file: str, findings: Findings) -> bytes | None:
    """Return a file's bytes; None where it cannot be read, with the reason among the findings."""
    try:
        return files.read(file)
    except FileTooLarge as error:
        findings.add("file-too-large", Location(file), str(error), "keep data in other files")
    except OSError as error:
        findings.add("file-unreadable", Location(file), f"cannot be read: {error.strerror}")
    return None


def _parts(path: str) -> Iterator[bytes]:
    """Yield what a file holds, as long as it says it is: in ``/proc`` some never end, or wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        left = os.fstat(descriptor).st_size
        while left > 0 and (part := os.read(descriptor, min(left, _PART_BYTES))):
            left -= len(part)
            yield part
    finally:
        os.close(descriptor)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads nowhere: reading it tells


def _status(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None  # gone, or a link to nothing: reading it tells which


def _mark(status: os.stat_result | None) -> Mark:
    if status is None or not stat.S_ISREG(status.st_mode):
        return Mark(0, 0, 0, 0)
    return Mark(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
