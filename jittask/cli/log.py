"""``jittask log``: one run whole, and as it goes on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from jittask import zonedata
from jittask.cli.formatting import local, to_json
from jittask.cli.records import record, shown_status
from jittask.cli.tree import compiled, find_run, open_store, tree_option
from jittask.clock import SystemClock
from jittask.model import Run
from jittask.operations.control.accepted import has_ended
from jittask.operations.control.wait import POLL_SECONDS
from jittask.store import Store
from jittask.store.run_logs import LogChunk


@click.command()
@click.argument("run", type=int)
@click.option("--follow", "-f", is_flag=True, help="Show what comes, until the run ends.")
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(run: int, follow: bool, tree: Path | None, shape: str) -> None:
    """Show RUN: its attempts, what it printed and logged, its result or traceback.

    With --follow and --format json each piece of output is a line, and the
    record is the last line.

    Example: jittask log 42 --follow
    """
    app = compiled(tree).app
    zone, now = zonedata.zone(app.settings.timezone), SystemClock().now()
    with open_store(app) as store:
        found = find_run(store, run)
        if follow:
            _follow(store, found, zone, shape)
            return
        chunks = list(store.log(run))
    if shape == "json":
        click.echo(to_json({**record(found, now), "log": [_data(one) for one in chunks]}))
        return
    _head(found, zone)
    if found.detail:
        click.echo(found.detail)
    for one in found.attempts:
        click.echo(
            f"\nattempt {one.number}, version {one.version[:12]}: "
            f"{local(one.started, zone)} – {local(one.finished, zone)} {one.outcome or ''}"
            + (f", peak {one.peak_kb / 1024:.0f} MiB" if one.peak_kb else "")
        )
        for chunk in chunks:
            if chunk.attempt == one.number:
                click.echo(chunk.text, nl=False)
        if one.error:
            click.echo(one.error.rstrip())
    if found.result is not None:
        click.echo(f"\nresult: {found.result}")


def _follow(store: Store, found: Run, zone: ZoneInfo, shape: str) -> None:
    if shape == "text":
        _head(found, zone)
    attempt = 0
    for chunk in _chunks(store, found.id):
        if shape == "json":
            click.echo(json.dumps(_data(chunk), ensure_ascii=False))
            continue
        if chunk.attempt != attempt:
            attempt = chunk.attempt
            click.echo(f"\nattempt {attempt}")
        click.echo(chunk.text, nl=False)
    last = find_run(store, found.id)
    if shape == "json":
        data = record(last, SystemClock().now())
        click.echo(json.dumps({"run": data}, ensure_ascii=False))
        return
    click.echo(f"\n{last.status}{f': {last.detail}' if last.detail else ''}")
    if last.error:
        click.echo(last.error.rstrip())
    if last.result is not None:
        click.echo(f"result: {last.result}")


def _chunks(store: Store, number: int) -> Iterator[LogChunk]:
    """Yield what a run has printed, and what it prints, until it has ended."""
    clock, never = SystemClock(), threading.Event()
    seen, told = 0, False
    while True:
        run = find_run(store, number)  # before its log: what it printed was written with its end
        for chunk in store.log(number, seen):
            seen = chunk.id
            yield chunk
        if has_ended(run):
            return
        if not told and not store.runtime_alive(clock.now()):
            told = True
            click.echo("no runtime is alive: it goes on when jittask run is started", err=True)
        clock.wait(never, POLL_SECONDS)


def _head(run: Run, zone: ZoneInfo) -> None:
    row = f" [{run.row_key}]" if run.row_key else ""
    again = f", again for run {run.rerun_of}" if run.rerun_of else ""
    click.echo(f"run {run.id} of {run.task}{row}: {shown_status(run, SystemClock().now())}")
    click.echo(f"due {local(run.effective, zone)}, trigger {run.trigger}{again}")


def _data(chunk: LogChunk) -> dict[str, object]:
    return {"attempt": chunk.attempt, "stream": chunk.stream, "text": chunk.text}
