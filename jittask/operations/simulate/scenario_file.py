"""A scenario file as it is written, checked against its schema (rules F10, V1, V9)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jittask.compiler.file_content import FileTooLarge
from jittask.compiler.files import MOST_BYTES, Files
from jittask.compiler.findings import Findings
from jittask.compiler.json_spans import Pointer
from jittask.compiler.read_json import read_json
from jittask.compiler.schema_check import check_schema
from jittask.compiler.schemas import schema
from jittask.compiler.source import Source
from jittask.diagnostics import Diagnostic, Location
from jittask.operations.errors import NotFound, OperationError

SCHEMA = "scenario"


class BadScenario(OperationError):
    """A scenario with mistakes; ``diagnostics`` has each, at its place in ``folder``."""

    def __init__(self, path: Path, diagnostics: Collection[Diagnostic]) -> None:
        first = min(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
        place = f"{path}:{first.location.line}:{first.location.column}"
        more = f" (and {len(diagnostics) - 1} more)" if len(diagnostics) > 1 else ""
        super().__init__(f"{place}: {first.message}{more}", first.hint)
        self.folder = path.parent
        self.diagnostics = tuple(sorted(diagnostics, key=lambda found: found.sort_key))


@dataclass(frozen=True)
class ScenarioFile:
    """What a scenario file says, and where."""

    path: Path
    source: Source
    findings: Findings = field(default_factory=lambda: Findings(None))

    @property
    def data(self) -> Mapping[str, Any]:
        """The whole object."""
        data: Mapping[str, Any] = self.source.data
        return data

    def place(self, pointer: Pointer) -> Location:
        """Return the place of a value."""
        return self.source.value(pointer)

    def wrong(self, pointer: Pointer, message: str, hint: str | None = None) -> None:
        """Add a mistake in a value."""
        self.findings.add("bad-value", self.source.value(pointer), message, hint)

    def refuse_mistakes(self) -> None:
        """Raise BadScenario where there are any."""
        if self.findings.found:
            raise BadScenario(self.path, self.findings.found)


class _Folder(Files):
    """Any file of a folder; it is no tree, so nothing is listed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, tops=())

    def read(self, file: str) -> bytes:
        """Return a file's bytes. Raises OSError; FileTooLarge where there are too many."""
        content = (self.root / file).read_bytes()
        if len(content) > MOST_BYTES:
            raise FileTooLarge(f"expected at most {MOST_BYTES:,} bytes, got {len(content):,}")
        return content


def read_scenario_file(path: Path) -> ScenarioFile:
    """Read a scenario file. Raises NotFound, and BadScenario where it does not fit its schema."""
    if not path.is_file():
        raise NotFound(f"{path}: no such file", "--write-expect makes it, with --from and --to")
    findings = Findings(None)
    source = read_json(_Folder(path.parent), path.name, findings)
    if source is not None and check_schema(source, SCHEMA, None, findings):
        _check_items(source, findings)
    if findings.found or source is None:
        raise BadScenario(path, findings.found)
    return ScenarioFile(path, source, findings)


def _check_items(source: Source, findings: Findings) -> None:
    """Find unknown keys inside lists, which the check of trees' files does not look into."""
    if any(finding.is_error for finding in findings.found):
        return
    known = {name: _keys(name) for name in ("event", "expectation", "firing")}
    for number, event in enumerate(source.data.get("events", ())):
        _check_keys(source, findings, ("events", number), event, known["event"])
    for number, expectation in enumerate(source.data.get("expect", ())):
        pointer: Pointer = ("expect", number)
        _check_keys(source, findings, pointer, expectation, known["expectation"])
        for key in ("firings", "includes", "skipped"):
            for index, firing in enumerate(expectation.get(key, ())):
                if isinstance(firing, dict):
                    _check_keys(source, findings, (*pointer, key, index), firing, known["firing"])


def _keys(part: str) -> list[str]:
    return list(schema(SCHEMA)["$defs"][part]["properties"])


def _check_keys(
    source: Source, findings: Findings, pointer: Pointer, data: Mapping[str, Any], known: list[str]
) -> None:
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are: {', '.join(known)}"
            findings.add("unknown-key", source.key((*pointer, key)), f"no key {key!r} here", hint)
