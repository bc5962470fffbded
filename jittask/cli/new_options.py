"""What the commands of ``jittask new`` share: how an element is named, and what is shown of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from jittask.clock import clock_from_environment
from jittask.operations.edit.write_element import WrittenElement
from jittask.operations.errors import NotFound
from jittask.operations.workspace import Workspace, find_root

Command = Callable[..., Any]


def title_argument(command: Command) -> Command:
    """Add ``TITLE``, of one word or several; the command gets ``title``, one text."""
    return click.argument("title", nargs=-1, required=True, callback=_words)(command)


def _words(_: click.Context, __: click.Parameter, title: tuple[str, ...]) -> str:
    words = " ".join(title)
    if not words.strip() or words != words.encode(errors="ignore").decode():
        raise click.BadParameter("expected words")
    return words


def place_options(top: str) -> Callable[[Command], Command]:
    """Add ``--name``, and ``--in`` as ``folder`` (under ``top``); the command gets both."""

    def add(command: Command) -> Command:
        name = click.option("--name", help="The element's name; made from TITLE by default.")
        folder = click.option("--in", "folder", metavar="FOLDER", help=f"A folder under {top}/.")
        return name(folder(command))

    return add


def new_workspace(tree: Path | None) -> Workspace:
    """Open the tree, at the time that JITTASK_NOW gives, or now."""
    try:
        return Workspace.find(tree, clock_from_environment())
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def show_written(workspace: Workspace, element: WrittenElement, then: Iterable[str] = ()) -> None:
    """Say what was written; ``then``: commands that may follow, without ``jittask``."""
    click.echo(f"made {element.name}")
    click.echo("\n".join(f"  {file}" for file in element.files))
    commands = [f"  jittask {command}{_tree_words(workspace.root)}" for command in then]
    if commands:
        click.echo("\n".join(["then:", *commands]))


def _tree_words(root: Path) -> str:
    """Return how to name the tree, where a command run here would not find it by itself."""
    try:
        found = find_root().resolve() == root
    except NotFound:
        found = False
    return "" if found else f" --tree {shlex.quote(os.path.relpath(root))}"
