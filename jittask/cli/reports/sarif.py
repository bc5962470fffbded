"""SARIF 2.1.0, for code scanning (OASIS standard)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from jittask import __version__
from jittask.cli.reports.report import Report
from jittask.diagnostics import Diagnostic
from jittask.rules import RULES, Rule

_HOME = "https://github.com/jittask/jittask"


def lines(report: Report) -> Iterator[str]:
    """Yield one SARIF log of one run."""
    used = sorted({mistake.code for mistake in report.verdict.mistakes})
    run = {
        "tool": {
            "driver": {
                "name": "JitTask",
                "version": __version__,
                "informationUri": _HOME,
                "rules": [_rule(RULES[code]) for code in used],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(mistake, used, report) for mistake in report.verdict.mistakes],
    }
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    yield json.dumps(log, ensure_ascii=False, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"Wrong: {rule.example}\nInstead: {rule.instead}"},
        "helpUri": f"{_HOME}/blob/main/docs/reference/diagnostics.md#{rule.code}",
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(mistake: Diagnostic, used: list[str], report: Report) -> dict[str, Any]:
    place = mistake.location
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": max(place.end_line, place.line),
        "endColumn": place.end_column if place.end_line > place.line else _end(mistake),
    }
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(report.path(place.file))},
            "region": region,
        }
    }
    if mistake.element is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": mistake.element, "kind": "module"}]
    return {
        "ruleId": mistake.code,
        "ruleIndex": used.index(mistake.code),
        "level": str(mistake.severity),
        "message": {
            "text": f"{mistake.message}\n{mistake.hint}" if mistake.hint else mistake.message
        },
        "locations": [location],
    }


def _end(mistake: Diagnostic) -> int:
    return max(mistake.location.end_column, mistake.location.column + 1)
