"""The targets of notifications as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.notify import Target, Tested


def target_view(target: Target) -> dict[str, Any]:
    """Return a target."""
    return {"target": target.label, "places": list(target.places)}


def tested_view(tested: Tested) -> dict[str, Any]:
    """Return what has become of a test message."""
    return {**target_view(tested.target), "sent": tested.error is None, "error": tested.error}
