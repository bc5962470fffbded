"""The options that commands share: which tree, which output, how much of it (rule V5)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from jittask.state_folder import STATE_VARIABLE

Command = Callable[..., Any]
TREE_VARIABLE = "JITTASK_TREE"
METRICS_PORT_VARIABLE = "JITTASK_METRICS_PORT"
METRICS_HOST_VARIABLE = "JITTASK_METRICS_HOST"
CONSOLE_VARIABLE = "JITTASK_CONSOLE"
"""Of ``run --console``; those of the console's own options begin with it."""

_TREE_HELP = "The tree; by default the nearest folder above with an app.json, else ./elements."
_TREE, _JSON, _QUIET = "jittask.tree", "jittask.json", "jittask.quiet"


def tree_option(command: Command) -> Command:
    """Add ``--tree DIR`` to a command that names a task or a run; it gets ``tree``."""
    return _state_option(click.option(
        "--tree", type=click.Path(path_type=Path), metavar="DIR", envvar=TREE_VARIABLE,
        help=_TREE_HELP,
    )(command))  # fmt: skip


def tree_argument(command: Command) -> Command:
    """Add ``[TREE]``, and ``--tree DIR`` that means the same; the command gets ``tree``."""
    named = click.option(
        "--tree", "named_tree", type=click.Path(path_type=Path), metavar="DIR", is_eager=True,
        expose_value=False, callback=_remember(_TREE), help="The same as TREE.",
    )  # fmt: skip
    positional = click.argument(
        "tree", required=False, type=click.Path(path_type=Path), envvar=TREE_VARIABLE,
        callback=_one_tree,
    )  # fmt: skip
    return positional(named(_state_option(command)))


def _state_option(command: Command) -> Command:
    """Add ``--state-dir DIR``, which holds for this process and those that it starts."""
    return click.option(
        "--state-dir", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
        is_eager=True, expose_value=False, callback=_use_state_folder,
        help="The run store, locks and caches; by default .jittask in the tree.",
    )(command)  # fmt: skip


def _use_state_folder(_: click.Context, __: click.Parameter, given: Path | None) -> None:
    if given is not None:
        os.environ[STATE_VARIABLE] = str(given.resolve())


def _one_tree(context: click.Context, _: click.Parameter, given: Path | None) -> Path | None:
    named: Path | None = context.meta.get(_TREE)
    if named is None:
        return given
    positional = context.get_parameter_source("tree") is ParameterSource.COMMANDLINE
    if positional and given != named:
        raise click.UsageError("give the tree once: as TREE, or with --tree")
    return named


def format_option(*others: str) -> Callable[[Command], Command]:
    """Add ``--format`` (text, json, ``others``) and ``--json``; the command gets ``shape``."""

    def add(command: Command) -> Command:
        named = click.option(
            "--format", "shape", type=click.Choice(["text", "json", *others]), default="text",
            show_default=True, callback=_shape, help="For people, or for programs.",
        )  # fmt: skip
        short = click.option(
            "--json", "as_json", is_flag=True, is_eager=True, expose_value=False,
            callback=_remember(_JSON), help="The same as --format json.",
        )  # fmt: skip
        return named(short(command))

    return add


def _shape(context: click.Context, _: click.Parameter, given: str) -> str:
    return "json" if context.meta.get(_JSON) else given


def quiet_option(command: Command) -> Command:
    """Add ``-q``: what is only worth knowing (``note``) is not written."""
    return click.option(
        "--quiet", "-q", is_flag=True, expose_value=False, callback=_remember(_QUIET),
        help="Write no notes to standard error; errors still are.",
    )(command)  # fmt: skip


def limit_option(what: str, default: int, most: int | None = None) -> Callable[[Command], Command]:
    """Add ``-n``: how many of ``what`` are listed; the command gets ``limit``."""
    return click.option(
        "--limit", "-n", type=click.IntRange(1, most), default=default, show_default=True,
        help=f"How many {what} to list.",
    )  # fmt: skip


def after_option(command: Command) -> Command:
    """Add ``--after CURSOR`` to a listing that pages; the command gets ``after``."""
    return click.option(
        "--after", metavar="CURSOR", help="The page after the one that gave this cursor."
    )(command)


def port_option(command: Command) -> Command:
    """Add ``--port`` of the web console; the command gets ``port``."""
    return click.option(
        "--port", default=8420, show_default=True, type=click.IntRange(0, 65535),
        envvar=f"{CONSOLE_VARIABLE}_PORT",
        help="Of the console; 0 takes any free one.",
    )(command)  # fmt: skip


def metrics_options(command: Command) -> Command:
    """Add ``--metrics-port`` and ``--metrics-host``; the command gets both."""
    port = click.option(
        "--metrics-port", type=click.IntRange(0, 65535), envvar=METRICS_PORT_VARIABLE,
        help="Serve /metrics, /healthz, /readyz and /livez on this port; 0 takes any free one.",
    )  # fmt: skip
    host = click.option(
        "--metrics-host", default="127.0.0.1", show_default=True, envvar=METRICS_HOST_VARIABLE,
        help="Listen for them on this address; all who reach it may read them.",
    )  # fmt: skip
    return port(host(command))


def watch_option(command: Command) -> Command:
    """Add ``--watch``; the command gets ``watch``."""
    return click.option(
        "--watch", "-w", is_flag=True,
        help="Show it again each second until Ctrl-C; no terminal: whenever it changes.",
    )(command)  # fmt: skip


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Return a callback that keeps an option's value for other options, and for ``note``."""

    def keep(context: click.Context, _: click.Parameter, given: object) -> None:
        context.meta[key] = given

    return keep


def note(text: str) -> None:
    """Write what is worth knowing to standard error, unless ``-q`` is given."""
    context = click.get_current_context(silent=True)
    if context is None or not context.meta.get(_QUIET):
        click.echo(text, err=True)
