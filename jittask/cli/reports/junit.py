"""JUnit XML: a test case an element, as build servers show them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import click

from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.reports.report import Report
from jittask.diagnostics import Diagnostic

_APP = "app"
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def lines(report: Report) -> Iterator[str]:
    """Yield one document; the errors of an element are its failure, warnings its output."""
    by_element: dict[str, list[Diagnostic]] = {
        name: [] for name in (_APP, *report.verdict.elements)
    }
    for mistake in report.verdict.mistakes:
        by_element.setdefault(mistake.element or _APP, []).append(mistake)
    failures = sum(any(mistake.is_error for mistake in found) for found in by_element.values())
    totals = {
        "name": "jittask validate",
        "tests": str(len(by_element)),
        "failures": str(failures),
        "errors": "0",
        "time": f"{report.seconds:.3f}",
    }
    suites = ET.Element("testsuites", totals)
    suite = ET.SubElement(suites, "testsuite", {**totals, "skipped": "0"})
    sources = SourceLines(report.root)
    for name, found in by_element.items():
        kind, _, short = name.rpartition(".")
        case = ET.SubElement(suite, "testcase", classname=kind or _APP, name=short, time="0")
        errors = [mistake for mistake in found if mistake.is_error]
        if errors:
            said = errors[0].message if len(errors) == 1 else f"{len(errors)} errors"
            failure = ET.SubElement(case, "failure", message=_clean(said), type=errors[0].code)
            failure.text = _text(errors, sources)
        if len(errors) < len(found):
            warnings = [mistake for mistake in found if not mistake.is_error]
            ET.SubElement(case, "system-out").text = _text(warnings, sources)
    ET.indent(suites)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield ET.tostring(suites, encoding="unicode")


def _text(found: list[Diagnostic], sources: SourceLines) -> str:
    return _clean(
        "\n".join(line for mistake in found for line in diagnostic_lines(mistake, sources))
    )


def _clean(text: str) -> str:
    return _NOT_XML.sub("", click.unstyle(text))
