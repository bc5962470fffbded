"""Saves a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Replace an existing file's content; readers see the old content or the new one.

    Its mode stays. Raises OSError, also for a file that may not be written.
    """
    file = file.resolve()
    with file.open("rb+"):
        pass  # a file that may not be written must not be replaced either
    descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            os.fchmod(opened.fileno(), file.stat().st_mode & 0o7777)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
