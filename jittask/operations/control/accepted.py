"""What an operation answers that asks a runtime for something."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from jittask.model import Run, RunStatus
from jittask.operations.inspect.run import has_ended


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that is in the run store, and the run that it is about."""

    run: Run
    """As it was last seen: when it was accepted, or when the wait for its end was over."""
    live_runtime: bool
    """Whether a runtime was alive to act on it."""
    timed_out: bool = False
    """The wait was over before the run ended; the run continues."""

    @property
    def ended(self) -> bool:
        """Whether the run has reached a final status."""
        return has_ended(self.run)

    @property
    def completed(self) -> bool:
        """Whether the run has ended well."""
        return self.run.status is RunStatus.COMPLETED

    @property
    def result(self) -> Any:
        """What the function returned, as JSON keeps it; None where it has not returned."""
        return None if self.run.result is None else json.loads(self.run.result)
