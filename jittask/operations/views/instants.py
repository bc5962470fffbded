"""An instant as JSON."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(instant: datetime | None) -> str | None:
    """Return an instant for programs: UTC with offset."""
    return None if instant is None else instant.astimezone(UTC).isoformat()
