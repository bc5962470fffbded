"""Collects the findings about one element, so that a mistake stops no step of its compilation."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from functools import lru_cache

from jittask.diagnostics import Diagnostic, Location
from jittask.rules import RULES

_MOST_LISTED = 8
RESTING_ON_NAMES = frozenset(
    {"unknown-database", "unknown-element", "unknown-model", "unknown-module", "unknown-service"}
)
"""The findings whose hint names what there is instead: another one where elements come or go."""


class Findings:
    """Diagnostics of one element; the severity of each comes from the table of rules."""

    def __init__(self, element: str | None) -> None:
        self.element = element
        self.found: list[Diagnostic] = []

    def add(self, code: str, place: Location, message: str, hint: str | None = None) -> None:
        """Add a finding."""
        severity = RULES[code].severity
        self.found.append(Diagnostic(code, severity, message, place, hint, self.element))

    def add_broken(self, place: Location, needed: str) -> None:
        """Add that something needed cannot load: not a mistake of this element."""
        self.add_following(place, needed, f"{needed} cannot load")

    def add_following(self, place: Location, because: str, message: str) -> None:
        """Add what follows from a mistake in another element or file, and is no mistake here."""
        code, hint = "broken-dependency", f"fix {because} first"
        severity = RULES[code].severity
        self.found.append(Diagnostic(code, severity, message, place, hint, self.element, because))

    @property
    def broken(self) -> bool:
        """Whether the element cannot load."""
        return any(diagnostic.is_error for diagnostic in self.found)


class FindingsByElement(dict[str, Findings]):
    """Findings by full name; an element gets its own when it is first asked for."""

    def forget_empty(self, elements: Iterable[str]) -> None:
        """Forget those of these elements of which nothing was found."""
        for element in elements:
            if element in self and not self[element].found:
                del self[element]

    def __missing__(self, element: str) -> Findings:
        findings = self[element] = Findings(element)
        return findings


@lru_cache(maxsize=1024)
def nearest(name: str, known: frozenset[str]) -> str | None:
    """Return the nearest of what is known; once for a name that many elements get wrong."""
    return next(iter(difflib.get_close_matches(name, known, 1)), None)


def near_or_all(name: str, known: Collection[str]) -> str:
    """Return a hint: the nearest of what is known, or a list of it."""
    near = nearest(name, frozenset(known))
    if near:
        return f"did you mean {near!r}?"
    listed = sorted(known)
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    return "there are: " + ", ".join(listed[:_MOST_LISTED]) + more if listed else "there are none"
