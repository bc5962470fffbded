"""What people ask for: to kill or cancel a run, to pause and resume a task."""

from __future__ import annotations

from datetime import datetime

from jittask.store import control
from jittask.store.control import Pause
from jittask.store.facade.part import StorePart


class ControlMethods(StorePart):
    """Kills, cancellations and pauses."""

    def request_kill(self, run: int, note: str | None, now: datetime) -> bool:
        """Ask the runtime that executes the run to kill it; False where none does."""
        with self._database.writing() as connection:
            return control.request_kill(connection, run, note, now)

    def cancel(self, run: int, note: str | None, now: datetime) -> bool:
        """End a pending run that nothing would plan again; False where it is not one."""
        with self._database.writing() as connection:
            return control.cancel(connection, run, note, now)

    def put_pause(self, pause: Pause) -> None:
        """Pause a task, or change its pause."""
        with self._database.writing() as connection:
            control.put_pause(connection, pause)

    def end_pause(self, task: str) -> bool:
        """End a task's pause; return whether there was one."""
        with self._database.writing() as connection:
            return control.end_pause(connection, task)

    def forget_pauses(self, now: datetime) -> None:
        """Delete the pauses whose end has come."""
        with self._database.writing() as connection:
            control.forget_pauses(connection, now)
