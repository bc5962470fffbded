"""Keeps what fails in a step that is no task's from ending the runtime (rule R12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from jittask.runtime.events import Event, Trouble
from jittask.runtime.reasons import reason_of
from jittask.store import StoreError

_AGAIN_AFTER = timedelta(seconds=30)


class StepBoundary:
    """Reports each failing step once, until its text changes; from one thread."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._texts: dict[str, str] = {}
        self._again: dict[str, datetime] = {}

    def may_try(self, code: str, now: datetime) -> bool:
        """Whether the step has not just failed."""
        again = self._again.get(code)
        return again is None or now >= again or now < again - _AGAIN_AFTER

    @contextmanager
    def of(self, code: str, now: datetime) -> Iterator[None]:
        """Report what the step inside raises, under a code. StoreError passes."""
        try:
            yield
        except StoreError:
            raise
        except Exception as error:
            text = f"{reason_of(error)}; tried again in {_AGAIN_AFTER.total_seconds():.0f} s"
            self._again[code] = now + _AGAIN_AFTER
            if self._texts.get(code) != text:
                self._texts[code] = text
                self._emit(Trouble(now, code, text))
        else:
            self._texts.pop(code, None)
            self._again.pop(code, None)
