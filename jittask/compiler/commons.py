"""The shared modules under ``commons/``: parsed once, for all that import them (rule F1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.compiler.dependencies import Dependencies, Mentions, mentions, module_file
from jittask.compiler.files import COMMONS, Files
from jittask.compiler.findings import Findings
from jittask.compiler.python import read_python
from jittask.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class SharedModule:
    """A module as it was read."""

    digest: str
    """Of its file; empty where that could not be read."""
    mentions: Mentions | None
    """None where it cannot be parsed."""
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Commons:
    """The modules' dependencies, by file, and those files that no import can get through."""

    dependencies: Mapping[str, Dependencies] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    modules: Mapping[str, SharedModule] = field(default_factory=dict)


NO_COMMONS = Commons()


def read_commons(files: Files, findings: Findings, before: Commons = NO_COMMONS) -> Commons:
    """Parse the modules; one that cannot be parsed is a finding.

    A module that ``before`` has with the same content is not parsed again.
    """
    modules = {
        file: _read(files, file, before.modules.get(file))
        for file in files.under(COMMONS)
        if file.endswith(".py")
    }
    found: dict[str, Mentions] = {}
    broken: set[str] = set()
    for file, module in modules.items():
        findings.found += module.diagnostics
        if module.mentions is None:
            broken.add(file)
        else:
            found[file] = module.mentions
    while more := {file for file in found.keys() - broken if _leads_to(found[file], files, broken)}:
        broken |= more
    needed = {file: mentioned.dependencies for file, mentioned in found.items()}
    return Commons(needed, frozenset(broken), modules)


def _read(files: Files, file: str, before: SharedModule | None) -> SharedModule:
    if before is not None and before.digest and _digest(files, file) == before.digest:
        return before
    findings = Findings(None)
    module = read_python(files, file, findings)
    mentioned = None if module is None else mentions(module)
    return SharedModule(_digest(files, file), mentioned, tuple(findings.found))


def _digest(files: Files, file: str) -> str:
    try:
        return files.digest(file)
    except OSError:
        return ""


def _leads_to(mentioned: Mentions, files: Files, broken: set[str]) -> bool:
    return any(
        imported.certain and module_file(imported.name, files) in broken
        for imported in mentioned.imports
    )
