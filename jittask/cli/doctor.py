"""``jittask doctor``: compares a tree with its databases and its run store (rule V5)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.exit_codes import ExitCode
from jittask.cli.formatting import one_line, to_json
from jittask.cli.options import format_option, tree_argument
from jittask.cli.tree import workspace
from jittask.operations.inspect.doctor import examine
from jittask.operations.views.examination import examination_view

if TYPE_CHECKING:
    from jittask.operations.inspect.doctor import Examination, Section


@click.command()
@tree_argument
@click.option("--strict", is_flag=True, help="Warnings make it exit with 1, too.")
@format_option()
def command(tree: Path | None, strict: bool, shape: str) -> None:
    """Compare TREE with its databases and its run store, and say how to fix what differs.

    It opens each database with the settings of TREE and looks at tables,
    columns, keys, indexes, permissions, zones, dates and connections. It reads a
    bounded number of rows, and writes nothing. Exits with 1 where there are
    errors, or with --strict warnings. jittask validate --connect reports the
    same in the formats of validate.

    Example: jittask doctor elements
    """
    with workspace(tree) as opened:
        found = examine(opened)
        root = opened.root
    if shape == "json":
        click.echo(to_json(examination_view(found)))
    else:
        for line in _lines(found, root):
            click.echo(line)
    failed = found.errors or (strict and found.warnings)
    sys.exit(ExitCode.PROBLEMS if failed else ExitCode.DONE)


def _lines(found: Examination, root: Path) -> Iterator[str]:
    sources = SourceLines(root, Path.cwd())
    for section in found.sections:
        yield from _section(section, sources)
        yield ""
    if not found.diagnostics:
        yield "no problems"
        return
    counts = ((found.errors, "error"), (found.warnings, "warning"))
    words = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts if count]
    yield " and ".join(words)


def _section(section: Section, sources: SourceLines) -> Iterator[str]:
    yield f"{click.style(section.name, bold=True)}  {one_line(section.place)}"
    for fact in section.facts:
        yield f"  {click.style('ok', fg='green')}  {one_line(fact)}"
    for unseen in section.not_examined:
        yield f"  {click.style('??', fg='yellow')}  {one_line(unseen)}"
    for diagnostic in section.diagnostics:
        for line in diagnostic_lines(diagnostic, sources):
            yield f"  {line}"
