"""The ``jittask`` command: finds its subcommands late, and ends with the right code (V5, V7)."""

from __future__ import annotations

import difflib
import errno
import importlib
import os
import sys
from typing import NoReturn

import click

from jittask import __version__
from jittask.cli import collector
from jittask.cli.color import color_from_environment
from jittask.cli.exit_codes import COMPLETE_VARIABLE, ExitCode
from jittask.cli.failure import WrongUse, show_error, show_wrong_use
from jittask.cli.first_process import leave_first_process
from jittask.operations.error_kinds import kind_of
from jittask.operations.errors import OperationError

_COMMANDS = {
    "backfill": ("jittask.cli.backfill", "Run occurrences of the past that have no run."),
    "completion": ("jittask.cli.completion", "Make a shell complete commands, tasks and runs."),
    "console": ("jittask.cli.console", "Serve the web console of a tree."),
    "db": ("jittask.cli.db", "Care for the run store and models' tables: db upgrade, db sync."),
    "disable": ("jittask.cli.disable", "Keep a task from firing, in its e.json."),
    "doctor": ("jittask.cli.doctor", "Compare a tree with its databases and its run store."),
    "enable": ("jittask.cli.enable", "Let a task fire again, in its e.json."),
    "explain": ("jittask.cli.explain", "Say why a task fires then, or does not."),
    "init": ("jittask.cli.init", "Make a small working tree."),
    "kill": ("jittask.cli.kill", "Kill a run, or cancel one that waits."),
    "list": ("jittask.cli.list_", "List the tasks of a tree."),
    "log": ("jittask.cli.log", "Show one run whole: attempts, output, traceback."),
    "new": ("jittask.cli.new", "Write a new task, service, database or model."),
    "next": ("jittask.cli.next", "Show when tasks fire next."),
    "notify": ("jittask.cli.notify", "Show who is notified when something is wrong; test it."),
    "pause": ("jittask.cli.pause", "Keep a task from firing for a while, with a note."),
    "plan": ("jittask.cli.plan", "List what would fire; compare two versions of a tree."),
    "records": ("jittask.cli.records", "List runs."),
    "rerun": ("jittask.cli.rerun", "Run again what a run was for."),
    "resume": ("jittask.cli.resume", "End a pause."),
    "rule": ("jittask.cli.rule", "Explain a diagnostic's code."),
    "run": ("jittask.cli.run", "Run a tree's tasks."),
    "schema": ("jittask.cli.schema", "Give editors the JSON Schemas."),
    "simulate": (
        "jittask.cli.simulate",
        "Let simulated time pass, and check what fires.",
    ),
    "stats": ("jittask.cli.stats", "Show how often tasks ran, how long, how late."),
    "status": ("jittask.cli.status", "Show what runs, and what is wrong."),
    "trigger": ("jittask.cli.trigger", "Run a task now, with a record."),
    "try": ("jittask.cli.try_", "Run a task's function here and now, without a record."),
    "validate": ("jittask.cli.validate", "Report every mistake in a tree."),
    "worker": ("jittask.cli.worker", "Run what a runtime on another machine plans."),
}


class _Commands(click.Group):
    """Imports a command's file only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; the error of a misspelt one names the command that is meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], _COMMANDS, 1)
            if not near:
                raise
            raise WrongUse(f"no such command {args[0]!r}", f"did you mean {near[0]}?") from error

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; click itself would end with 1 where the reader has left."""
        try:
            done = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _let_go_of_stdout()
            raise click.exceptions.Exit(0) from None
        return done

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in sorted(_COMMANDS.items())])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="jittask")
def cli() -> None:
    """Run the background tasks of a business application from a folder of element files.

    Example: jittask init shop && jittask run shop
    """


def _let_go_of_stdout() -> None:
    """Send what is still to be written nowhere, so that ending does not fail too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """Run the command line and exit; see ``ExitCode``."""
    leave_first_process()
    collector.expect_a_soon_end()
    color = color_from_environment()
    try:
        code = cli.main(
            prog_name="jittask", standalone_mode=False, complete_var=COMPLETE_VARIABLE, color=color
        )
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        code = error.exit_code
    except click.ClickException as error:
        show_wrong_use(error, color)
        code = error.exit_code
    except OperationError as error:
        show_error(error, color)
        code = kind_of(error).exit_code
    except (click.Abort, KeyboardInterrupt):
        code = ExitCode.INTERRUPTED
    except Exception as error:
        if os.environ.get("JITTASK_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            click.echo(f"jittask: cannot continue: {error.strerror or error}", err=True)
            _let_go_of_stdout()
            sys.exit(ExitCode.OUR_FAILURE)
        words = f"{type(error).__name__}: {error}".splitlines()[0]
        click.echo(f"jittask: failed, and it is our fault: {words}", err=True)
        click.echo("  hint: JITTASK_DEBUG=1 shows where; please report it", err=True)
        code = ExitCode.OUR_FAILURE
    sys.exit(code if isinstance(code, int) else 0)
