"""What the console answers to monitors: probes and metrics of the run store (rules R13, C22)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from jittask.operations.inspect.vitals import VitalsReader
from jittask.operations.workspace import Workspace

if TYPE_CHECKING:
    from jittask.metrics.exposition import Exposition


class Monitor:
    """One reading for all who ask within some seconds, so that a probe costs next to nothing."""

    def __init__(self, workspace: Workspace) -> None:
        self.reader = VitalsReader(workspace)
        self._lock = threading.Lock()
        self._exposition: Exposition | None = None

    @property
    def exposition(self) -> Exposition:
        """The metrics; what makes their text is imported when it is first needed."""
        from jittask.metrics.exposition import Exposition

        with self._lock:
            if self._exposition is None:
                self._exposition = Exposition(self.reader)
            return self._exposition
