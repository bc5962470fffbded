"""Which of a worker's queues the broker lets it serve: a refused one ends no other (rule R12)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from jittask.clock import Clock
from jittask.drivers import first_line
from jittask.runtime.events import Event, Trouble


class ServedQueues:
    """Knows the queues that were refused when they were last looked at; for one thread."""

    def __init__(
        self,
        queues: Collection[str],
        refusals: Callable[[], Mapping[str, Exception]],
        clock: Clock,
        emit: Callable[[Event], None],
    ) -> None:
        """``refusals`` asks the broker which of the queues it refuses, and why."""
        self._queues = queues
        self._refusals = refusals
        self._clock = clock
        self._emit = emit
        self._refused: frozenset[str] = frozenset()

    @property
    def some_are_refused(self) -> bool:
        """Whether it is to be looked at again."""
        return bool(self._refused)

    def names(self) -> list[str]:
        """Return the queues to listen on; all, where each is refused."""
        return [queue for queue in self._queues if queue not in self._refused]

    def look(self) -> bool:
        """Look at every queue; return whether others are to be listened on now.

        Raises what concerns more than one queue. Where each is refused, none is left out.
        """
        refusals = self._refusals()
        refused = frozenset(refusals) if len(refusals) < len(self._queues) else frozenset()
        before, self._refused = self._refused, refused
        for queue in sorted(refused - before):
            text = f"no run of queue {queue!r} can be taken here: {first_line(refusals[queue])}"
            self._emit(Trouble(self._clock.now(), "queue-refused", text))
        for queue in sorted(before - refused - refusals.keys()):
            text = f"runs of queue {queue!r} are taken again"
            self._emit(Trouble(self._clock.now(), "queue-answers", text))
        return refused != before
