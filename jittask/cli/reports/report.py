"""What every format is made from, and which formats there are."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jittask.compiler.import_check import Verdict
from jittask.diagnostics import Diagnostic


@dataclass(frozen=True)
class Report:
    """A verdict, and how it came to be."""

    verdict: Verdict
    root: Path
    seconds: float

    @property
    def errors(self) -> int:
        """How many mistakes keep an element from loading."""
        return sum(one.is_error for one in self.verdict.mistakes)

    @property
    def warnings(self) -> int:
        """How many mistakes are warnings."""
        return len(self.verdict.mistakes) - self.errors

    def needed_by(self, mistake: Diagnostic) -> tuple[str, ...]:
        """Return the elements that cannot load because of a mistake, sorted."""
        if not mistake.is_error:
            return ()
        found: set[str] = set()
        waiting = {mistake.element or mistake.location.file}
        while waiting:
            broken = waiting.pop()
            following = self._following.get(broken, set())
            waiting |= following - found
            found |= following
        return tuple(sorted(found))

    @cached_property
    def _following(self) -> dict[str, set[str]]:
        """What cannot load because of something, by that."""
        found: dict[str, set[str]] = {}
        for one in self.verdict.diagnostics:
            if one.because is not None:
                found.setdefault(one.because, set()).add(one.element or one.location.file)
        return found

    def path(self, file: str) -> str:
        """Return a file's path from the current folder, as tools in a repository want it."""
        path = os.path.relpath(self.root / file)
        return Path(path).as_posix()


def written(report: Report, shape: str) -> Iterator[str]:
    """Yield the lines of a report in one of the formats of this folder."""
    lines: Iterator[str] = importlib.import_module(f"jittask.cli.reports.{shape}").lines(report)
    yield from lines
