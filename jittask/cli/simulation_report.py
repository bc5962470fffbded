"""Reports scenarios one after the other: as text, JSON, JSON lines or JUnit XML."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click

from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.formatting import to_json
from jittask.cli.simulation_text import (
    mismatch_lines,
    shown_path,
    timeline_lines,
    trouble_lines,
    verdict_lines,
)
from jittask.operations.simulate.check import Checked
from jittask.operations.simulate.scenario_file import BadScenario
from jittask.operations.views.simulation import simulation_lines

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Report:
    """Takes the outcome of each scenario; text and JSON lines are written as they come."""

    def __init__(self, shape: str, *, timeline: bool, limit: int) -> None:
        self._shape = shape
        self._timeline = timeline
        self._limit = limit
        self._lines: list[dict[str, Any]] = []
        self._cases: list[tuple[Path, str, str]] = []
        """Each scenario's file, title, and what is wrong with it."""

    @property
    def passed(self) -> bool:
        """Whether every scenario so far is as expected."""
        return not any(wrong for *_, wrong in self._cases)

    def add(self, path: Path, checked: Checked) -> None:
        """Take a scenario that was simulated."""
        folder, found = path.parent, checked.simulated
        unmet = [line for unmet in checked.mismatches for line in mismatch_lines(unmet, folder)]
        troubles = list(trouble_lines(found)) if checked.failed or checked.problems else []
        self._cases.append((path, checked.scenario.title, "\n".join([*unmet, *troubles])))
        if self._shape == "text":
            if self._timeline:
                for line in timeline_lines(found, self._limit):
                    click.echo(line)
            for line in verdict_lines(checked, folder):
                click.echo(line)
        else:
            self._add_lines(list(simulation_lines(found, checked.mismatches, str(path))))

    def bad(self, path: Path, error: BadScenario) -> None:
        """Take a scenario that cannot be read."""
        sources = SourceLines(error.folder, Path.cwd())
        lines = [
            line for mistake in error.diagnostics for line in diagnostic_lines(mistake, sources)
        ]
        self._cases.append((path, path.stem, "\n".join(lines)))
        if self._shape == "text":
            for line in lines:
                click.echo(line)
        else:
            self._add_lines(
                [
                    {"event": "problem", "scenario": str(path), "at": None, "task": None,
                     "text": mistake.message}
                    for mistake in error.diagnostics
                ]
            )  # fmt: skip

    def end(self) -> None:
        """Write what is written whole."""
        if self._shape == "json":
            click.echo(to_json(self._lines))
        elif self._shape == "junit":
            click.echo(_junit(self._cases))

    def _add_lines(self, lines: list[dict[str, Any]]) -> None:
        if self._shape == "jsonl":
            for line in lines:
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        else:
            self._lines += lines


def _junit(cases: list[tuple[Path, str, str]]) -> str:
    """Return one document: a test case for each scenario."""
    failures = sum(bool(wrong) for *_, wrong in cases)
    totals = {
        "name": "jittask simulate",
        "tests": str(len(cases)),
        "failures": str(failures),
        "errors": "0",
    }
    suites = ET.Element("testsuites", totals)
    suite = ET.SubElement(suites, "testsuite", {**totals, "skipped": "0"})
    for path, title, wrong in cases:
        case = ET.SubElement(suite, "testcase", classname=shown_path(path), name=_clean(title))
        if wrong:
            first = _clean(wrong.splitlines()[0])
            ET.SubElement(case, "failure", message=first, type="scenario").text = _clean(wrong)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode")


def _clean(text: str) -> str:
    return _NOT_XML.sub("", click.unstyle(text))
