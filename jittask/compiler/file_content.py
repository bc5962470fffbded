"""Reads what files hold, without waiting for one that never ends."""

from __future__ import annotations

import os
from collections.abc import Iterator

PART_BYTES = 1_000_000


class FileTooLarge(OSError):
    """A JSON or Python file of more than ``MOST_BYTES``."""


def check_size(size: int, most: int) -> None:
    """Raise FileTooLarge for a size over ``most``, both in bytes."""
    if size > most:
        raise FileTooLarge(f"expected at most {most:,} bytes, got {size:,}")


def content_of(descriptor: int, left: int) -> bytes:
    """Return what a file holds, as long as it says it is; see ``parts_of``. Raises OSError."""
    content = os.read(descriptor, left)
    while len(content) < left and (part := os.read(descriptor, left - len(content))):
        content += part
    return content


def parts_of(path: str) -> Iterator[bytes]:
    """Yield what a file holds, as long as it says it is: in ``/proc`` some never end, or wait."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        left = os.fstat(descriptor).st_size
        while left > 0 and (part := os.read(descriptor, min(left, PART_BYTES))):
            left -= len(part)
            yield part
    finally:
        os.close(descriptor)
