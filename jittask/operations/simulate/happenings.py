"""What happens in a scenario besides time: others change rows, the runtime stops, tasks switch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jittask.store.control import Pause


class Simulated(Protocol):
    """What a happening can do to a simulation, besides changing rows."""

    def go_down(self, now: datetime) -> None:
        """Stop planning and running."""

    def come_up(self) -> None:
        """Start again."""

    def switch(self, name: str, now: datetime, *, enabled: bool) -> None:
        """Enable or disable a task."""

    def pause(self, pause: Pause) -> None:
        """Pause a task."""

    def resume(self, name: str) -> None:
        """End the pause of a task."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens at an instant."""

    at: datetime
    happen: Callable[[Simulated, datetime], None]


def stops(at: datetime) -> Happening:
    """Let the runtime stop."""
    return Happening(at, lambda simulation, now: simulation.go_down(now))


def starts(at: datetime) -> Happening:
    """Let the runtime start again."""
    return Happening(at, lambda simulation, _: simulation.come_up())


def switches(at: datetime, task: str, *, enabled: bool) -> Happening:
    """Let a task be enabled or disabled."""
    return Happening(
        at, lambda simulation, now: simulation.switch(task, now, enabled=enabled)
    )  # fmt: skip


def pauses(at: datetime, task: str, until: datetime | None) -> Happening:
    """Let a task be paused."""
    pause = Pause(task, at, until, note=None)
    return Happening(at, lambda simulation, _: simulation.pause(pause))


def resumes(at: datetime, task: str) -> Happening:
    """Let the pause of a task end."""
    return Happening(at, lambda simulation, _: simulation.resume(task))


def changes(at: datetime, change: Callable[[], None]) -> Happening:
    """Let others change rows; the copy's writes are seen by themselves."""
    return Happening(at, lambda _simulation, _now: change())
