"""The shared modules under ``commons/``: parsed once, for all that import them (rule F1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.compiler.dependencies import Dependencies, Mentions, mentions, module_file
from jittask.compiler.files import COMMONS, Files
from jittask.compiler.findings import Findings
from jittask.compiler.python import read_python


@dataclass(frozen=True, slots=True)
class Commons:
    """The modules' dependencies, by file, and those files that no import can get through."""

    dependencies: Mapping[str, Dependencies] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()


def read_commons(files: Files, findings: Findings) -> Commons:
    """Parse the modules; one that cannot be parsed is a finding."""
    found: dict[str, Mentions] = {}
    broken: set[str] = set()
    for file in files.under(COMMONS):
        if not file.endswith(".py"):
            continue
        module = read_python(files, file, findings)
        if module is None:
            broken.add(file)
        else:
            found[file] = mentions(module)
    while more := {file for file in found.keys() - broken if _leads_to(found[file], files, broken)}:
        broken |= more
    return Commons(
        {file: mentioned.dependencies for file, mentioned in found.items()}, frozenset(broken)
    )


def _leads_to(mentioned: Mentions, files: Files, broken: set[str]) -> bool:
    return any(
        imported.certain and module_file(imported.name, files) in broken
        for imported in mentioned.imports
    )
