"""A runtime's events as text, a line for most (section 10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from jittask import zonedata
from jittask.cli.diagnostic_text import SourceLines, diagnostic_lines
from jittask.cli.formatting import clock_time, duration, local, one_line
from jittask.model import Reason, RunStatus, Trigger
from jittask.operations.naming import shown_row_key
from jittask.runtime.events import (
    Blocked,
    Broken,
    Event,
    Finished,
    Listening,
    Notified,
    Planned,
    Ready,
    Reloaded,
    Started,
    Stopped,
    Sweeping,
    Trouble,
    Unblocked,
)

_COLOURS = {
    RunStatus.COMPLETED: "green",
    RunStatus.FAILED: "red",
    RunStatus.SKIPPED: "yellow",
    RunStatus.CANCELLED: "yellow",
    RunStatus.PENDING: "yellow",
}


class Words:
    """Says events to people; one line for most."""

    def __init__(
        self, root: Path, zone: str | None = None, *, once: bool = False, dated: bool = False
    ) -> None:
        """``zone`` is the app's; where it cannot be read, times are in UTC until the start."""
        self._root = root
        self._once = once
        self._dated = dated
        """Whether lines begin with the date: where they go to a file, or another program."""
        self._zone = zonedata.zone(zone or "UTC")
        self._mark = "" if zone else "Z"
        """What follows a time while the app's zone is not known."""
        self._began: dict[int, datetime] = {}
        """When attempts began that have not ended, by run."""

    def lines(self, event: Event) -> Iterator[str]:
        """Yield the lines of an event."""
        match event:
            case Ready() | Listening():
                yield from self._begins(event)
            case Started():
                yield from self._started(event)
            case Planned():
                return
            case Finished():
                yield from self._finished(event)
            case Reloaded():
                for word in ("added", "changed", "removed", "fixed"):
                    for name in getattr(event, word):
                        yield self._line(event, "reload", f"{name} {word}", "cyan")
            case Broken():
                yield from self._broken(event)
            case Trouble() | Sweeping() | Notified():
                yield self._notice(event)
            case Blocked() | Unblocked():
                yield from self._blocked(event)
            case Stopped():
                yield self._stopped(event)

    def stamp(self, at: datetime) -> str:
        """Return the date and time that a line for a log begins with; nothing for a terminal."""
        return f"{local(at, self._zone)}{self._mark:<2}" if self._dated else ""

    def _stamp_below(self, at: datetime) -> str:
        """Return what the second line of an event begins with."""
        return self.stamp(at) or " " * 11

    def _begins(self, event: Ready | Listening) -> Iterator[str]:
        self._zone, self._mark = zonedata.zone(event.zone), ""
        yield from self._ready(event) if isinstance(event, Ready) else self._listening(event)

    def _ready(self, event: Ready) -> Iterator[str]:
        for silent in event.not_firing:
            yield f"{self.stamp(event.at)}{silent.task} will not fire: {silent.text}"
        tasks = f"{event.tasks} task{'' if event.tasks == 1 else 's'}"
        upcoming = ""
        if event.next_at is not None:
            when = local(event.next_at, self._zone)
            upcoming = f"; next is {event.next_task} at {when}"
        yield self._line(
            event,
            "ready",
            f"{tasks} of {event.root}, {event.workers} workers, times in {event.zone}{upcoming}",
            "green",
        )
        if not self._once and not self._dated:
            yield "Ctrl-C stops it. Edit the files while it runs: they reload."

    def _listening(self, event: Listening) -> Iterator[str]:
        queues = f"queue{'' if len(event.queues) == 1 else 's'} {', '.join(event.queues)}"
        text = f"worker {event.id} listens on {queues}, {event.workers} workers"
        yield self._line(event, "ready", text, "green")
        if not self._dated:
            yield "Ctrl-C stops it."

    def _started(self, event: Started) -> Iterator[str]:
        self._began[event.run] = event.at
        if event.trigger is not Trigger.SCHEDULE:
            yield self._line(event, "start", f"{_named(event)} ({event.trigger})", "cyan")

    def _finished(self, event: Finished) -> Iterator[str]:
        words = [_named(event), click.style(str(event.status), fg=_COLOURS[event.status])]
        if event.reason is Reason.BLOCKED:
            words[1] = click.style("waits", fg="yellow")
        elif event.retry_at is not None:
            words[1] = click.style("failed", fg="red")
            words.append(f"again at {clock_time(event.retry_at, self._zone)}{self._mark}")
        began = self._began.pop(event.run, None)
        if event.seconds is not None:
            took = event.seconds if began is None else (event.at - began).total_seconds()
            words.append(f"in {duration(took)}")
        if event.result not in (None, "null"):
            words.append(f"→ {str(event.result)[:80]}")
        yield self._line(event, "run", "  ".join(words), "blue")
        if event.detail and event.status is not RunStatus.COMPLETED:
            more = f"  (jittask log {event.run})" if event.error else ""
            yield f"{self._stamp_below(event.at)}{one_line(event.detail)}{more}"

    def _broken(self, event: Broken) -> Iterator[str]:
        if event.since is not None:
            effect = (
                f"still running the version from {clock_time(event.since, self._zone)}{self._mark}"
            )
        else:
            effect = "nothing of it runs"
        yield self._line(event, "broken", f"{event.element}: {effect}", "red")
        sources = SourceLines(self._root, None if self._dated else Path.cwd())
        for diagnostic in event.diagnostics:
            for line in diagnostic_lines(diagnostic, sources):
                yield f"    {line}"

    def _blocked(self, event: Blocked | Unblocked) -> Iterator[str]:
        if isinstance(event, Unblocked):
            lasted = duration((event.at - event.since).total_seconds())
            words = f"{event.task} is no longer blocked, after {lasted}"
            yield self._line(event, "notice", words, "cyan")
            return
        yield self._line(event, "blocked", f"{event.task}: {one_line(event.reason)}", "yellow")
        again = duration((event.next_try - event.at).total_seconds())
        since = ""
        if event.since != event.at:
            since = f"blocked since {local(event.since, self._zone)}{self._mark}; "
        words = f"{since}tried again in {again}; other tasks keep running"
        yield f"{self._stamp_below(event.at)}{words}"

    def _notice(self, event: Trouble | Sweeping | Notified) -> str:
        if isinstance(event, Trouble):
            return self._line(event, "notice", event.text, "yellow")
        if isinstance(event, Notified):
            return self._line(event, "notify", f"{event.target}  {event.title}", "cyan")
        lasts = duration((event.at - event.since).total_seconds())
        words = f"{event.task}: looking through its rows for {lasts}, {event.due:,} due"
        return self._line(event, "scan", words, "cyan")

    def _stopped(self, event: Stopped) -> str:
        words = f"{event.completed} completed, {event.failed} failed"
        if event.interrupted:
            words += f", {event.interrupted} of them interrupted"
        return self._line(event, "stopped", words, "green")

    def _line(self, event: Event, word: str, text: str, colour: str) -> str:
        at = self.stamp(event.at) or f"{clock_time(event.at, self._zone)}{self._mark:<2}"
        return f"{at}{click.style(f'{word:<7}', fg=colour)}  {text}"


def _named(event: Started | Finished) -> str:
    return f"{event.task} [{one_line(shown_row_key(event.row))}]" if event.row else event.task
