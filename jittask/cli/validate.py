"""``jittask validate``: every mistake in a tree, at once (rule V1)."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import click

from jittask.cli.shown import diagnostic_data, diagnostic_lines, to_json
from jittask.cli.tree import find_tree, tree_argument
from jittask.clock import SystemClock
from jittask.compiler import compile_tree
from jittask.compiler.compiled import Compilation


@click.command()
@tree_argument
@click.option("--no-import", is_flag=True, help="Do not import the elements' code (safe).")
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(tree: Path | None, no_import: bool, strict: bool, shape: str) -> None:
    """Report every mistake in TREE, each at its place with the way to mend it.

    TREE is the nearest folder with an app.json, or ./elements, where it is not
    given. Exits with 0 when clean, 1 when problems were found.

    Example: jittask validate elements --format json
    """
    gc.disable()  # one compilation, which makes no garbage worth the looking for
    clock = SystemClock()
    began = clock.monotonic()
    compilation = compile_tree(find_tree(tree), imports=not no_import)
    seconds = clock.monotonic() - began
    errors = sum(one.is_error for one in compilation.diagnostics)
    warnings = len(compilation.diagnostics) - errors
    if shape == "json":
        click.echo(to_json(_data(compilation, errors, warnings, seconds)))
    else:
        for one in compilation.diagnostics:
            for line in diagnostic_lines(one, compilation.app.root):
                click.echo(line)
            click.echo()
        click.echo(_summary(compilation, errors, warnings, seconds), err=bool(errors or warnings))
    sys.exit(1 if errors or (strict and warnings) else 0)


def _data(
    compilation: Compilation, errors: int, warnings: int, seconds: float
) -> dict[str, object]:
    return {
        "diagnostics": [diagnostic_data(one) for one in compilation.diagnostics],
        "summary": {
            "errors": errors,
            "warnings": warnings,
            "elements": len(compilation.app.elements),
            "seconds": round(seconds, 3),
        },
    }


def _summary(compilation: Compilation, errors: int, warnings: int, seconds: float) -> str:
    elements, tasks = len(compilation.app.elements), len(compilation.app.tasks)
    if not errors and not warnings:
        return f"{elements} elements ({tasks} tasks), no problems ({seconds:.2f} s)"
    counted = [
        f"{count} {word}{'' if count == 1 else 's'}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return f"{' and '.join(counted)} in {elements} elements ({seconds:.2f} s)"
