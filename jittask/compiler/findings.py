"""Collects the findings about one element, so that each step of its compilation can go on."""

from __future__ import annotations

from jittask.diagnostics import Diagnostic, Location
from jittask.rules import RULES


class Findings:
    """Diagnostics of one element; the severity of each comes from the table of rules."""

    def __init__(self, element: str | None) -> None:
        self.element = element
        self.found: list[Diagnostic] = []

    def add(self, code: str, place: Location, message: str, hint: str | None = None) -> None:
        """Keep a finding."""
        severity = RULES[code].severity
        self.found.append(Diagnostic(code, severity, message, place, hint, self.element))

    @property
    def broken(self) -> bool:
        """Whether the element cannot load."""
        return any(one.is_error for one in self.found)
