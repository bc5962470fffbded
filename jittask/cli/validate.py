"""``jittask validate``: every mistake in a tree, at once (rule V1)."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.failure import Failure
from jittask.cli.tree import find_tree, tree_argument
from jittask.clock import SystemClock
from jittask.compiler.probe import Probe

if TYPE_CHECKING:
    from jittask.cli.reports import Report

FORMATS = ("text", "json", "sarif", "github", "junit")


@click.command()
@tree_argument
@click.option("--no-import", is_flag=True, help="Do not import the elements' code (safe).")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--no-cache", is_flag=True, help="Judge again what has not changed.")
@click.option("--format", "shape", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the report to FILE.",
)
def command(
    tree: Path | None,
    no_import: bool,
    strict: bool,
    no_cache: bool,
    shape: str,
    output: Path | None,
) -> None:
    """Report every mistake in TREE, each at its place with the way to mend it.

    TREE is the nearest folder with an app.json, or ./elements, where it is not
    given. Exits with 0 when clean, 1 when problems were found.

    Example: jittask validate elements --format json
    """
    gc.disable()  # one compilation, which makes no garbage worth the looking for
    clock = SystemClock()
    began = clock.monotonic()
    root = find_tree(tree)
    with Probe(wanted=not no_import) as probe:  # it gets ready while the compiler is imported
        from jittask.cli.reports import Report, written
        from jittask.compiler.verdict import judge

        verdict = judge(root, None if no_import else probe, keep=not no_cache)
    report = Report(verdict, root.resolve(), clock.monotonic() - began)
    lines = "".join(f"{line}\n" for line in written(report, shape))
    if output is not None:
        _write(output, click.unstyle(lines))
    else:
        click.echo(lines, nl=False)
    if shape == "text" or output is not None:
        clean = not report.errors and not report.warnings and output is None
        click.echo(_summary(report), err=not clean)
    sys.exit(1 if report.errors or (strict and report.warnings) else 0)


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"{output}: {error.strerror}") from error


def _summary(report: Report) -> str:
    elements, tasks = len(report.verdict.elements), report.verdict.tasks
    if not report.errors and not report.warnings:
        return f"{elements} elements ({tasks} tasks), no problems ({report.seconds:.2f} s)"
    counted = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((report.errors, "error"), (report.warnings, "warning"))
        if count
    ]
    return f"{' and '.join(counted)} in {elements} elements ({report.seconds:.2f} s)"
