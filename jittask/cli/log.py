"""``jittask log``: one run whole."""

from __future__ import annotations

from pathlib import Path

import click

from jittask import zonedata
from jittask.cli.failure import Failure
from jittask.cli.records import record, shown_status
from jittask.cli.shown import local, to_json
from jittask.cli.tree import compiled, open_store, tree_option
from jittask.clock import SystemClock


@click.command()
@click.argument("run", type=int)
@tree_option
@click.option("--format", "shape", type=click.Choice(["text", "json"]), default="text")
def command(run: int, tree: Path | None, shape: str) -> None:
    """Show RUN: its attempts, what it printed and logged, its result or traceback.

    Example: jittask log 42
    """
    app = compiled(tree).app
    zone, now = zonedata.zone(app.settings.timezone), SystemClock().now()
    with open_store(app) as store:
        found = store.run(run)
        if found is None:
            raise Failure(f"no run {run}", "jittask records lists them")
        chunks = list(store.log(run))
    if shape == "json":
        log = [{"attempt": one.attempt, "stream": one.stream, "text": one.text} for one in chunks]
        click.echo(to_json({**record(found, now), "log": log}))
        return
    row = f" [{found.row_key}]" if found.row_key else ""
    click.echo(f"run {found.id} of {found.task}{row}: {shown_status(found, now)}")
    click.echo(f"due {local(found.effective, zone)}, trigger {found.trigger}")
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
