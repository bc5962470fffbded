"""``jittask validate``: every mistake in a tree, at once (rule V1)."""

from __future__ import annotations

import gc
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from jittask.cli.ignored import Codes, ignore_option, without
from jittask.cli.options import format_option, tree_argument
from jittask.clock import SystemClock
from jittask.compiler.probe import Probe
from jittask.operations.errors import OperationError
from jittask.operations.workspace import Workspace, find_root

if TYPE_CHECKING:
    from jittask.cli.reports import Report
    from jittask.compiler.import_check import Verdict


@click.command()
@tree_argument
@click.option("--no-import", is_flag=True, help="Read code, and never run it.")
@click.option("--connect", is_flag=True, help="Ask the databases and the run store, too.")
@click.option("--strict", is_flag=True, help="Warnings make it exit with 1, too.")
@ignore_option
@click.option("--no-cache", is_flag=True, help="Neither read nor write .jittask/cache.")
@format_option("sarif", "github", "junit")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the report to FILE, and only the summary to the terminal.",
)
@click.option("--watch", is_flag=True, help="Report again after each change, until Ctrl-C.")
def command(
    tree: Path | None,
    no_import: bool,
    connect: bool,
    strict: bool,
    ignore: Codes,
    no_cache: bool,
    shape: str,
    output: Path | None,
    watch: bool,
) -> None:
    """Report every mistake in TREE, each at its place, and how to fix it.

    Without TREE it is the nearest folder above with an app.json, else
    ./elements. At last the elements' code is imported, in a process of its own;
    --no-import leaves that out, so that nothing of a stranger's change runs.
    --connect compares the models with their tables, as jittask doctor does.

    Errors keep an element from loading, warnings do not. Exits with 1 where
    there are errors, or with --strict warnings, else with 0. A variable that is
    not set says nothing about the tree, and does not fail --strict. jittask rule
    CODE explains the [code] of a mistake.

    --watch stays, and shows the problems again after each change of a file; only
    what changed is checked again. Ctrl-C ends it, with exit code 0.

    \b
    Example: jittask validate elements
             jittask validate --watch
             jittask validate elements --no-import --format github
    """  # noqa: D301 - click reads the backspace
    gc.disable()  # one compilation, which makes no garbage worth the looking for
    clock = SystemClock()
    began = clock.monotonic()
    root = find_root(tree)
    if watch:
        _refuse_beside_watch(connect=connect, shape=shape, output=output)
        _watch(root, clock, ignore, imports=not no_import)
        return
    with Probe(wanted=not no_import) as probe:  # it gets ready while the compiler is imported
        from jittask.cli.reports import Report, written
        from jittask.compiler.import_check import judge

        verdict = judge(root, None if no_import else probe, keep=not no_cache, note=_note)
    if connect:
        verdict = _with_databases(verdict, root)
    verdict, ignored = without(verdict, ignore)
    report = Report(verdict, root.resolve(), clock.monotonic() - began, ignored)
    lines = "".join(f"{line}\n" for line in written(report, shape))
    if output is not None:
        _write(output, click.unstyle(lines))
    else:
        click.echo(lines, nl=False)
    if shape == "text" or output is not None:
        clean = not report.errors and not report.warnings and output is None
        click.echo(_summary(report), err=not clean)
    sys.exit(1 if report.fails(strict=strict) else 0)


def _refuse_beside_watch(*, connect: bool, shape: str, output: Path | None) -> None:
    given = [
        option
        for option, is_given in (
            ("--connect", connect),
            (f"--format {shape}", shape != "text"),
            ("--output", output is not None),
        )
        if is_given
    ]
    if given:
        raise click.UsageError(f"--watch shows text, and cannot be used with {given[0]}")


def _watch(root: Path, clock: SystemClock, ignore: Codes, *, imports: bool) -> None:
    from jittask.cli.reports import Report, written
    from jittask.cli.validate_watch import watch_problems

    def render(verdict: Verdict, seconds: float) -> str:
        shown, ignored = without(verdict, ignore)
        report = Report(shown, root.resolve(), seconds, ignored)
        return "\n".join([*written(report, "text"), _summary(report)])

    gc.enable()
    watch_problems(root, render, clock, imports=imports)


def _with_databases(verdict: Verdict, root: Path) -> Verdict:
    from jittask.operations.inspect.doctor import connected, required_environment

    with Workspace(root) as opened:
        found = [each for section in connected(opened) for each in section.diagnostics]
    found += required_environment(verdict.diagnostics)
    found.sort(key=lambda diagnostic: diagnostic.sort_key)
    return replace(verdict, diagnostics=tuple(found))


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OperationError(f"{output}: {error.strerror}") from error


def _note(words: str) -> None:
    click.echo(f"jittask: {words}", err=True)


def _summary(report: Report) -> str:
    elements, tasks = len(report.verdict.elements), report.verdict.tasks
    counted = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((report.errors, "error"), (report.warnings, "warning"))
        if count
    ]
    if counted:
        words = f"{' and '.join(counted)} in {elements} elements"
    else:
        words = f"{elements} elements ({tasks} tasks), no problems"
    ignored = f", {report.ignored} ignored" if report.ignored else ""
    return f"{words}{ignored} ({report.seconds:.2f} s)"
