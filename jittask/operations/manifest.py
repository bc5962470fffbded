"""Refuses what an ``app.json`` that cannot be used would answer wrongly (rule F2).

Its defaults stand in for what cannot be read: another zone, another calendar,
another run store. A runtime keeps the settings that it read before.
"""

from __future__ import annotations

from collections.abc import Iterable

from jittask.diagnostics import Diagnostic
from jittask.operations.errors import Conflict

MANIFEST = "app.json"


def manifest_mistake(diagnostics: Iterable[Diagnostic]) -> Diagnostic | None:
    """Return the first error of ``app.json`` among them, or None."""
    for found in diagnostics:
        if found.is_error and found.element is None and found.location.file == MANIFEST:
            return found
    return None


def refuse_broken_manifest(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise Conflict for the first error of ``app.json`` among them."""
    mistake = manifest_mistake(diagnostics)
    if mistake is not None:
        place = f"{MANIFEST}:{mistake.location.line}:{mistake.location.column}"
        message = f"{MANIFEST} cannot be used: {place}: {mistake.message}"
        raise Conflict(message, "fix it first; see jittask validate")
