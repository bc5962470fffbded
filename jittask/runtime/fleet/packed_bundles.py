"""A version's files as one text of bytes, and back, checked by its digest (rules H4, R10)."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import NoReturn

from jittask.compiler.files import MANIFEST
from jittask.compiler.graph import version_of

_AT = (1980, 1, 1, 0, 0, 0)
_READ_ONLY = 0o444


class BadBundle(Exception):
    """What came is not the version that it is said to be."""


def pack(folder: Path) -> bytes:
    """Return the files of a version that is laid out. Raises OSError."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(_files(folder)):
            entry = zipfile.ZipInfo(name, _AT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes())
    return packed.getvalue()


def unpack(packed: bytes, version: str, target: Path) -> None:
    """Lay a version out in a folder, which appears whole or not at all.

    Raises BadBundle where the files have another digest than ``version``, and OSError.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=target.parent))
    try:
        if _written(packed, draft) != version:
            raise BadBundle(f"the files of version {version[:12]} in the run store are not its own")
        with suppress(FileExistsError):
            draft.rename(target)
    except OSError:
        if not target.is_dir():  # else another worker was faster
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _files(folder: Path) -> Iterator[str]:
    for path, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            yield Path(path, name).relative_to(folder).as_posix()


def _raise(error: OSError) -> NoReturn:
    raise error


def _written(packed: bytes, draft: Path) -> str:
    """Write the files of an archive into a folder; return the version that they are."""
    digests: dict[str, str] = {}
    head = ""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            for entry in archive.infolist():
                name, content = _inside(entry.filename), archive.read(entry)
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                path.chmod(_READ_ONLY)
                if name == MANIFEST:
                    head = json.dumps(json.loads(content), sort_keys=True)
                else:
                    digests[name] = hashlib.sha256(content).hexdigest()
    except (zipfile.BadZipFile, ValueError) as error:
        raise BadBundle(f"a version in the run store cannot be read: {error}") from error
    return version_of(digests, head)


def _inside(name: str) -> str:
    """Return a path that leads to no other folder. Raises BadBundle."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or name != path.as_posix():
        raise BadBundle(f"a version in the run store names a file outside of it: {name!r}")
    return name
