"""``jittask enable`` and ``disable``: change ``enable`` in a task's e.json, and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from jittask.cli.failure import Failure
from jittask.cli.formatting import to_json
from jittask.cli.tree import compiled, task_name, tree_option
from jittask.compiler.edit import NotJson, with_value

shape_option = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text"
)


@click.command("enable")
@click.argument("task")
@tree_option
@shape_option
def enable(task: str, tree: Path | None, shape: str) -> None:
    """Set TASK's enable to 1 in its e.json; a running jittask reloads it.

    Enabling is an activation: nothing fires for the time before.

    Example: jittask enable reports.WeeklyReport
    """
    _switch(task, tree, 1, shape)


@click.command("disable")
@click.argument("task")
@tree_option
@shape_option
def disable(task: str, tree: Path | None, shape: str) -> None:
    """Set TASK's enable to 0 in its e.json; a running jittask reloads it.

    Example: jittask disable reports.WeeklyReport
    """
    _switch(task, tree, 0, shape)


def _switch(task: str, tree: Path | None, value: int, shape: str) -> None:
    compilation = compiled(tree)
    name = task_name(compilation, task)
    root = compilation.app.root
    file = root.joinpath(*name.split("."), "e.json")
    try:
        before = file.read_bytes()
        after = with_value(before, "enable", value)
        if after != before:
            _replace(file.resolve(), after)
    except NotJson as error:
        raise Failure(f"{file.relative_to(root)}: {error}", "see jittask validate") from error
    except OSError as error:
        raise Failure(f"{file}: cannot be changed: {error.strerror}") from error
    word = "enabled" if value else "disabled"
    changed = after != before
    if shape == "json":
        data = {"task": name, "enabled": bool(value), "changed": changed}
        click.echo(to_json(data | {"file": file.relative_to(root).as_posix()}))
    else:
        click.echo(f"{name} {'is now' if changed else 'was already'} {word}")


def _replace(file: Path, content: bytes) -> None:
    """Write a file whole or not at all; whoever looks sees the old one or the new one."""
    with file.open("rb+"):
        pass  # a file that may not be written is not to be replaced either
    descriptor, draft = tempfile.mkstemp(prefix=".e.json.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            os.fchmod(opened.fileno(), file.stat().st_mode & 0o7777)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        Path(draft).replace(file)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
