"""A look at all files of a tree, a step at a time: it finds what no path has named (rule H2)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

from jittask.compiler.live_files import LiveFiles
from jittask.compiler.look import Folder
from jittask.compiler.settling import settled_before


def sweep(files: LiveFiles) -> Iterator[str | None]:
    """Look at every folder and file once, one in a step; yield a path that has changed, or None.

    What is yielded is for ``LiveFiles.look_again``, which may be called between two steps.
    """
    settled = settled_before(_file_system_time(files), files.clock_time())
    root = str(files.root)  # a Path for each costs more
    for folder in list(files.folders):
        held = files.folders.get(folder)
        if held is not None:
            yield None
            yield from _changed_names(files, root, folder, held)
            for name in held.files:
                yield _changed_file(files, root, f"{folder}/{name}", settled)


def _changed_names(files: LiveFiles, root: str, folder: str, held: Folder) -> Iterator[str]:
    try:
        status = os.stat(f"{root}/{folder}")
        stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        if stamp == (held.modified, held.changed, held.inode):
            return
        now = files.listed_now(folder)
    except OSError:
        yield folder
        return
    names = {*now.files, *now.folders} ^ {*held.files, *held.folders}
    names |= ({*now.files} & {*held.folders}) | ({*now.folders} & {*held.files})
    paths = {f"{folder}/{name}" for name in names}
    yield from sorted(path for path in paths if not _is_known_link(files, path))
    if not names and files.folders.get(folder) is held:
        files.folders[folder] = replace(
            held, modified=now.modified, changed=now.changed, inode=now.inode
        )


def _is_known_link(files: LiveFiles, path: str) -> bool:
    return path in files.links and os.path.lexists(files.root / path)


def _changed_file(files: LiveFiles, root: str, file: str, settled: int) -> str | None:
    """Return a file that has changed; one that has not may be known by its times from now on."""
    found = files.known_file(file)
    if found is None:
        return None
    try:
        status = os.stat(f"{root}/{file}")
    except OSError:
        return file if found.inode else None
    if not found.inode:
        return None
    if (found.size, found.modified, found.changed, found.inode) != (
        status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino,
    ) or files.differs(file):  # fmt: skip
        return file
    if found.changed < settled:
        files.has_settled(file)
    return None


def _file_system_time(files: LiveFiles) -> int:
    """Return a time that the file system has had, in nanoseconds: the newest in ``.jittask``."""
    try:
        with os.scandir(files.root / ".jittask") as entries:
            return max((entry.stat().st_ctime_ns for entry in entries), default=0)
    except OSError:
        return 0
