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
from jittask.rules import RULES


@dataclass(frozen=True)
class Report:
    """A verdict, and how it came to be."""

    verdict: Verdict
    root: Path
    seconds: float
    ignored: int = 0
    """How many warnings were left out on request."""

    @property
    def errors(self) -> int:
        """How many mistakes keep an element from loading."""
        return sum(mistake.is_error for mistake in self.verdict.mistakes)

    @property
    def warnings(self) -> int:
        """How many mistakes are warnings."""
        return len(self.verdict.mistakes) - self.errors

    def fails(self, *, strict: bool) -> bool:
        """Whether the tree is refused; ``strict`` refuses warnings about the tree, too."""
        return bool(self.errors) or (
            strict
            and any(not RULES[mistake.code].about_machine for mistake in self.verdict.mistakes)
        )

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
        for mistake in self.verdict.diagnostics:
            if mistake.because is not None:
                found.setdefault(mistake.because, set()).add(
                    mistake.element or mistake.location.file
                )
        return found

    def path(self, file: str) -> str:
        """Return a file's path from the root of its repository, as annotations need it.

        Without a repository it is from the current folder.
        """
        path = os.path.relpath(self.root / file, self._repository)
        return Path(path).as_posix()

    @cached_property
    def _repository(self) -> Path:
        folders = (self.root, *self.root.parents)
        return next((folder for folder in folders if (folder / ".git").exists()), Path.cwd())


def written(report: Report, shape: str) -> Iterator[str]:
    """Yield the lines of a report in one of the formats of this folder."""
    lines: Iterator[str] = importlib.import_module(f"jittask.cli.reports.{shape}").lines(report)
    yield from lines
