"""Whether a tree is as it was at a look, by what shows without reading a file (rule H2).

That is the size, times and inode of every file, and those of every folder. It says
no where it cannot tell; then the digests decide.
"""

from __future__ import annotations

import hashlib
import os
from array import array
from pathlib import Path
from typing import NamedTuple

from jittask.compiler.files import MANIFEST, TOPS, Files
from jittask.compiler.look import Look
from jittask.compiler.lookalikes import misnamed_tops

_POSITIVE = 2**63 - 1


class Marks(NamedTuple):
    """What a tree looked like; the fields are those of its JSON."""

    tops: list[str]
    """The top folders of ours that were there."""
    has_manifest: bool
    misnamed: dict[str, str]
    """See ``Files.misnamed``."""
    folders: int
    """How many."""
    paths: list[str]
    """Of these folders, then of all files, relative to the tree."""
    digest: str
    """Of what the system says of them."""


def marks_of(files: Files, settled: Look) -> Marks | None:
    """Return the marks of a look; None where not all of it has settled."""
    folders, held = settled.folders, settled.files
    paths = [*files.folders, *files.listed()]
    if len(folders) != len(files.folders) or len(folders) + len(held) != len(paths):
        return None
    numbers = array("q")
    for folder in folders.values():
        numbers.extend((0, folder.modified, folder.changed, folder.inode & _POSITIVE))
    for path in files.listed():
        _, size, modified, changed, inode, _ = held[path]
        numbers.extend((size, modified, changed, inode & _POSITIVE))
    tops = [top for top in TOPS if top in files.folders]
    return Marks(tops, files.has(MANIFEST), files.misnamed, len(folders), paths, _digest(numbers))


def is_same(root: Path, marks: Marks) -> bool:
    """Whether a tree has the marks that it had."""
    base, status_of = f"{os.fspath(root)}/", os.stat
    tops = [top for top in TOPS if (root / top).is_dir()]
    has_manifest = os.path.lexists(f"{base}{MANIFEST}")
    if (tops, has_manifest, misnamed_tops(os.fspath(root))) != marks[:3]:
        return False
    numbers = array("q")
    add = numbers.extend
    try:
        for path in marks.paths[: marks.folders]:
            status = status_of(base + path)
            add((0, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _POSITIVE))
        for path in marks.paths[marks.folders :]:
            status = status_of(base + path)
            add((status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _POSITIVE))
    except OSError:
        return False
    return _digest(numbers) == marks.digest


def _digest(numbers: array[int]) -> str:
    return hashlib.sha256(numbers).hexdigest()
