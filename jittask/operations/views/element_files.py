"""An element's file as JSON."""

from __future__ import annotations

from typing import Any

from jittask.operations.edit.element_files import FileText, Saved


def file_view(file: FileText) -> dict[str, Any]:
    """Return a file with its text."""
    return {"text": file.text, **_facts(file)}


def saved_view(saved: Saved) -> dict[str, Any]:
    """Return what a save has made of a file; without the text, which the caller has."""
    return {**_facts(saved.file), "before": saved.before, "changed": saved.changed}


def _facts(file: FileText) -> dict[str, Any]:
    return {
        "element": file.element,
        "file": file.file.value,
        "name": file.name,
        "sha256": file.sha256,
        "lineEnds": file.line_ends.value,
        "byteOrderMark": file.has_mark,
    }
