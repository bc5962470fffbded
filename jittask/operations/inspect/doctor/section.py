"""What was found about one database, or about the run store."""

from __future__ import annotations

from dataclasses import dataclass

from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an examination."""

    name: str
    """Full name of the database element, or what else it is about."""
    place: str
    """Where it is, for people: an address without a password, or a file."""
    facts: tuple[str, ...]
    """What is as it should be, and what is worth knowing."""
    not_examined: tuple[str, ...]
    """What could not be looked at, and why."""
    diagnostics: tuple[Diagnostic, ...]


class Draft:
    """A section that is being written."""

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.place = place
        self.facts: list[str] = []
        self.not_examined: list[str] = []
        self.reported: set[tuple[str, str, str]] = set()
        """What several tasks would report alike: code, table and message (V1)."""
        self._findings: list[Findings] = []

    def about(self, element: str | None) -> Findings:
        """Return where to add what is found about an element."""
        findings = Findings(element)
        self._findings.append(findings)
        return findings

    def finished(self) -> Section:
        """Return the section, its diagnostics sorted."""
        found = [diagnostic for findings in self._findings for diagnostic in findings.found]
        found.sort(key=lambda diagnostic: diagnostic.sort_key)
        facts, not_examined = tuple(self.facts), tuple(self.not_examined)
        return Section(self.name, self.place, facts, not_examined, tuple(found))
