"""Says in one line why something failed, for events, records and the store (rule R12)."""

from __future__ import annotations

import traceback
from pathlib import Path

from jittask.data.databases import DataError
from jittask.environment import filled_in
from jittask.masking import Mask

_MAX_REASON = 500  # characters
_PACKAGE = Path(__file__).parents[1]


def reason_of(error: BaseException) -> str:
    """Return why something failed, in a line without secrets; if it is ours, with its place."""
    try:
        text = str(error)
    except Exception:
        text = "(its own text cannot be had)"
    if not isinstance(error, DataError):
        text = f"{type(error).__name__}: {text}{_place(error)}"
    return Mask(filled_in())(" ".join(text.split()))[:_MAX_REASON]


def _place(error: BaseException) -> str:
    """Return the innermost line of this package that an exception came through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not ours:
        return ""
    file = Path(ours[-1].filename).relative_to(_PACKAGE.parent).as_posix()
    return f" ({file}:{ours[-1].lineno})"
