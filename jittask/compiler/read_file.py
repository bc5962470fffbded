"""Reads a file of a tree; one that cannot be read is a finding."""

from __future__ import annotations

from jittask.compiler.file_content import FileTooLarge
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.diagnostics import Location


def read_or_report(files: Files, file: str, findings: Findings) -> bytes | None:
    """Return a file's bytes; None where it cannot be read, with the reason among the findings."""
    try:
        return files.read(file)
    except FileTooLarge as error:
        findings.add("file-too-large", Location(file), str(error), "keep data in other files")
    except OSError as error:
        findings.add("file-unreadable", Location(file), f"cannot be read: {error.strerror}")
    return None
