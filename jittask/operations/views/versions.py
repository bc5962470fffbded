"""The version of a run as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jittask.operations.inspect.version import ComparedFile, RunVersion


def version_view(found: RunVersion) -> dict[str, Any]:
    """Return a run's version, with its files and what has become of them."""
    return {
        "version": found.version,
        "current": found.current,
        "kept": found.kept,
        "files": [_file(file) for file in found.files],
    }


def _file(file: ComparedFile) -> dict[str, Any]:
    return {
        "path": file.path,
        "change": file.change,
        "text": file.text,
        "withheld": file.withheld,
        "lines": [
            {"mark": line.mark, "text": line.text, "then": line.then, "now": line.now}
            for line in file.lines
        ],
    }
