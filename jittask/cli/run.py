"""``jittask run``: runs a tree's tasks until a signal stops it (rules R7, V8)."""

from __future__ import annotations

import gc
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from click.core import ParameterSource

from jittask.cli import collector
from jittask.cli.console_beside import ConsoleBeside
from jittask.cli.failure import Failure
from jittask.cli.options import (
    CONSOLE_VARIABLE,
    format_option,
    metrics_options,
    port_option,
    quiet_option,
    tree_argument,
)
from jittask.cli.service_manager import ServiceManager
from jittask.cli.until_stopped import Printer, Stops, event_words
from jittask.operations.views.events import event_line
from jittask.operations.views.log_records import log_line
from jittask.operations.workspace import find_root
from jittask.runtime import Runtime, RuntimeFailure


@click.command()
@tree_argument
@click.option("--once", is_flag=True, help="Do what is due, then end; exit 1 if a run failed.")
@click.option("--console/--no-console", "wanted", default=None, envvar=CONSOLE_VARIABLE,
              help="Start the web console, too, as a process of its own."
                   "  [default: where a terminal shows the output]")  # fmt: skip
@port_option
@click.option("--open", "in_browser", is_flag=True, help="Open the console in a browser.")
@metrics_options
@format_option("otel")
@quiet_option
def command(
    tree: Path | None,
    once: bool,
    wanted: bool | None,
    port: int,
    in_browser: bool,
    metrics_port: int | None,
    metrics_host: str,
    shape: str,
) -> None:
    """Run the tasks of TREE, reloading them when their files change.

    Ctrl-C lets running tasks end (settings.runtime.drainSeconds, 8 by default); a second
    one stops at once. SIGTERM and SIGHUP do the same.

    With --once, a retry that becomes due while others still run is done too;
    one that is due later waits for the next time.

    In a terminal it starts the web console as well, which prints the address to open in a
    browser. The console listens on this machine only. If it fails or is killed, the tasks
    continue to run. Elsewhere ask for it with --console: everyone who reads the output, such
    as the log of a service, can sign in.

    --format json prints an event a line; otel does, too, in the field names of
    OpenTelemetry's log model.

    With --metrics-port it serves Prometheus' metrics, and whether all is well.

    Example: jittask run elements
    """
    if once and wanted and _is_given("wanted"):
        raise click.UsageError("--once and --console do not go together")
    with_console = not once and _is_console_due(
        wanted, once=once, shape=shape, in_browser=in_browser
    )
    root = find_root(tree)
    runtime = Runtime(root, once=once)
    words = event_words(root, once=once) if shape == "text" else None
    printer = Printer(runtime, words, log_line if shape == "otel" else event_line)
    manager = ServiceManager()
    stops = Stops(runtime, words, manager.stopping)
    with _metrics(root, runtime, metrics_host, metrics_port):
        _start(runtime)
        stops.started()
        manager.ready()
        console = None
        if with_console:
            console = ConsoleBeside(root, port, _plain(shape), in_browser=in_browser, say=_say)
        collector.expect_to_stay()
        while not runtime.join(manager.interval or 3600):
            manager.alive(runtime.turns)
        if console is not None:
            console.end()
    printer.check()
    if once and stops.asked:
        raise KeyboardInterrupt
    sys.exit(1 if once and printer.saw_a_failed_run else 0)


def _plain(shape: str) -> str:
    """Return the format in which a console prints beside a runtime that prints in ``shape``."""
    return "text" if shape == "text" else "json"


def _start(runtime: Runtime) -> None:
    gc.disable()  # a start makes what stays: nothing to look for
    try:
        runtime.start()
    except RuntimeFailure as failure:
        raise Failure(str(failure), failure.hint) from failure
    finally:
        gc.enable()


def _metrics(
    root: Path, runtime: Runtime, host: str, port: int | None
) -> AbstractContextManager[object]:
    """Return what serves metrics inside a ``with`` block, where a port for them is given."""
    if port is None:
        return nullcontext()
    from jittask.cli.metrics_beside import MetricsBeside

    beside = MetricsBeside(root, runtime, host, port)
    _say(f"metrics: {beside.url}")
    return beside


def _is_given(name: str) -> bool:
    """Whether an option is on the command line, not in the environment of a whole machine."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def _is_console_due(wanted: bool | None, *, once: bool, shape: str, in_browser: bool) -> bool:
    """Whether a console starts too: as asked, else where a person sees the address it prints."""
    if wanted is not None:
        return wanted
    return not once and (in_browser or (shape == "text" and sys.stdout.isatty()))


def _say(words: str) -> None:
    click.echo(f"jittask: {words}", err=True)
