"""Reads ``app.json`` and nothing else of a tree: for what needs no elements (rule V5)."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path

from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.settings import read_settings
from jittask.diagnostics import Diagnostic
from jittask.model import AppSettings, ElementKind


def read_app_settings(root: Path) -> tuple[AppSettings, tuple[Diagnostic, ...]]:
    """Return the settings of a tree as a compilation gives them, and what was found in app.json.

    The default database is the one named, whether or not there is such an
    element. The calendar is not checked.
    """
    files = Files(root, tops=())
    names = dict.fromkeys(ElementKind, _AnyName())
    findings = Findings(None)
    # the calendar is in no setting that is returned, and its package takes long to import
    settings = read_settings(files, os.environ, names, findings, check_calendar=False)
    return settings.app, tuple(findings.found)


class _AnyName(Collection[str]):
    """Holds every name."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
