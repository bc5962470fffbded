"""Notes as JSON."""

from __future__ import annotations

from typing import Any

from jittask.model import Note


def note_view(note: Note) -> dict[str, Any]:
    """Return a note: words, and what they are made of."""
    return {"code": note.code, "text": note.text, "params": dict(note.params)}


def optional_note_view(note: Note | None) -> dict[str, Any] | None:
    """Return a note; None for none."""
    return None if note is None else note_view(note)
