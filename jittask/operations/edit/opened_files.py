"""Files of a tree, opened so that where they really are is known (rule C23).

A path says little: a link may lead out of the tree, and may be changed between a
check and its use. So the folder is opened first, and judged by what was opened.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jittask.compiler.files import TOPS
from jittask.operations.errors import Conflict, NotFound, OperationError

_MAC_GET_PATH = 50
_MAC_PATH_BYTES = 1024
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class OpenedFolder:
    """A folder of the tree that is open; all is done relative to it."""

    def __init__(self, descriptor: int, shown: str) -> None:
        self._descriptor = descriptor
        self._shown = shown

    def read(self, name: str) -> tuple[bytes, int]:
        """Return a file's bytes and its mode. Raises FileNotFoundError, Conflict, OSError."""
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            opened = os.open(name, flags, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise self._refused(name, "it is a symbolic link") from error
            raise
        with os.fdopen(opened, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise self._refused(name, "it is no regular file")
            return file.read(), stat.S_IMODE(status.st_mode)

    def replace(self, name: str, content: bytes, mode: int | None) -> None:
        """Put a file in place, whole or not at all; a new one has the mode of new files.

        Raises OSError, also for an existing file that may not be written.
        """
        if mode is not None:
            writable = os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
            os.close(os.open(name, writable, dir_fd=self._descriptor))
        draft = f".{name}.{secrets.token_hex(4)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(draft, flags, 0o666, dir_fd=self._descriptor)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if mode is not None:
                    os.fchmod(file.fileno(), mode)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=self._descriptor)
            raise
        os.fsync(self._descriptor)

    def _refused(self, name: str, why: str) -> Conflict:
        return Conflict(f"{self._shown}/{name} cannot be opened: {why}")


@contextmanager
def opened_folder(root: Path, folder: str) -> Iterator[OpenedFolder]:
    """Open a folder of the tree, given relative to it; links inside the tree are followed.

    ``.`` is the tree itself, for its ``app.json``.

    Raises NotFound, Conflict for one that is in truth elsewhere, OperationError.
    """
    try:
        descriptor = os.open(root / folder, _FOLDER)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"{folder}: no such folder") from error
    except OSError as error:
        raise OperationError(f"{folder}: cannot be opened: {error.strerror}") from error
    try:
        if not _is_of_elements(descriptor, root) and not (folder == "." and _is(descriptor, root)):
            raise Conflict(f"{folder} is a link to a place that is not among the tree's elements")
        yield OpenedFolder(descriptor, folder)
    finally:
        os.close(descriptor)


def _is(descriptor: int, folder: Path) -> bool:
    return os.path.samestat(os.fstat(descriptor), folder.stat())


def _is_of_elements(descriptor: int, root: Path) -> bool:
    """Whether an open folder is inside one of the tree's own top folders."""
    opened_root = os.open(root, _FOLDER)
    try:
        above = _path_of(opened_root)
    finally:
        os.close(opened_root)
    path = _path_of(descriptor)
    return path.is_relative_to(above) and path.relative_to(above).parts[:1] in {
        (top,) for top in TOPS
    }


def _path_of(descriptor: int) -> Path:
    """Return where an open file or folder is now, by the system."""
    if sys.platform == "darwin":
        raw = fcntl.fcntl(descriptor, _MAC_GET_PATH, bytes(_MAC_PATH_BYTES))
        return Path(os.fsdecode(raw.rstrip(b"\0")))
    return Path(f"/proc/self/fd/{descriptor}").readlink()
