"""The exceptions that a runtime raises: each is one line, and a hint."""

from __future__ import annotations


class RuntimeFailure(Exception):
    """The runtime cannot start, for a reason that its user can remove."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class WrongState(RuntimeFailure):
    """The runtime is in a state in which a method cannot do what it is for."""


class EventsLost(RuntimeFailure):
    """A program has read the events of a runtime too slowly, so that later ones are lost."""

    def __init__(self, capacity: int) -> None:
        super().__init__(
            f"more than {capacity} events were waiting to be read, so the later ones are lost",
            hint="read them faster, or ask for more room: runtime.events(capacity=…)",
        )
