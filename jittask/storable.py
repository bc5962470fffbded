"""Text that every database can hold, and every terminal can be sent."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Return text without NUL and halves of surrogate pairs, which have no encoding."""
    return _UNSTORABLE.sub("\ufffd", text)
