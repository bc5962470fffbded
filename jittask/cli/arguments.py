"""The arguments that commands share: a task, a run, and how long to wait for its end (rule V5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from jittask.cli.suggestions import run_suggestions, task_suggestions
from jittask.operations.run_args import read_args

Command = Callable[..., Any]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smh]?)")
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


class TaskName(click.types.StringParamType):
    """A task's name; a shell completes it from the folders of the tree."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return task_suggestions(ctx, incomplete)


class RunNumber(click.types.IntParamType):
    """A run's number; a shell completes it from the newest records."""

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return run_suggestions(ctx, incomplete)


def task_argument(command: Command) -> Command:
    """Add ``TASK``; the command gets ``task``."""
    return click.argument("task", type=TaskName())(command)


def optional_task_argument(command: Command) -> Command:
    """Add ``[TASK]``; the command gets ``task``, or None for all tasks."""
    return click.argument("task", required=False, type=TaskName())(command)


def run_argument(command: Command) -> Command:
    """Add ``RUN``; the command gets ``run``."""
    return click.argument("run", type=RunNumber())(command)


def args_option(command: Command) -> Command:
    """Add ``--args JSON``; the command gets ``args``, an object or None."""
    return click.option(
        "--args", metavar="JSON", callback=_args,
        help="A JSON object; its keys replace those of the task's args.",
    )(command)  # fmt: skip


def _args(_: click.Context, __: click.Parameter, given: str | None) -> dict[str, Any] | None:
    return None if given is None else read_args(given)


def wait_options(unless: str) -> Callable[[Command], Command]:
    """Add ``--wait`` and ``--timeout``; the command gets ``wait`` and ``timeout`` (seconds)."""

    def add(command: Command) -> Command:
        wait = click.option(
            "--wait", is_flag=True, is_eager=True,
            help=f"Wait for its end, and show it; exit 1 unless {unless}.",
        )  # fmt: skip
        timeout = click.option(
            "--timeout", metavar="TIME", callback=_timeout,
            help="With --wait: at most so long, such as 30s or 5m; then exit 1. The run continues.",
        )  # fmt: skip
        return wait(timeout(command))

    return add


def _timeout(context: click.Context, _: click.Parameter, given: str | None) -> float | None:
    if given is None:
        return None
    match = _DURATION.fullmatch(given.strip().lower())
    if match is None:
        raise click.BadParameter(f"expected seconds, or a time such as 30s or 5m, got {given!r}")
    if not context.params.get("wait"):
        raise click.UsageError("--timeout needs --wait")
    return float(match[1]) * _UNIT_SECONDS[match[2]]
