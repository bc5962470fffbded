"""The duty that sees changed files and has them reloaded (rules H2, H5)."""

from __future__ import annotations

from jittask.runtime.assembly import Parts
from jittask.runtime.events import Trouble
from jittask.runtime.unseen_changes import UnseenChanges, describe
from jittask.runtime.watch import Watch

_LOOK_SECONDS = 0.5


class WatchTree:
    """One burst of changes a step; over when the tree cannot be watched any more."""

    name = "watch"

    def __init__(self, parts: Parts, watch: Watch) -> None:
        self._parts = parts
        self._watch = watch
        self._unseen = UnseenChanges(parts.compiler, parts.clock)

    def step(self) -> bool:
        """Wait for changes, and reload; also where an element may now count as removed."""
        parts, signals = self._parts, self._parts.signals
        changed = self._watch.look(
            signals.stopping,
            debounce_millis=parts.current.snapshot.app.settings.runtime.debounce_millis,
            look_every_millis=round(self.patience() * 1000),
        )
        if changed is None or signals.stopping.is_set():
            return False
        self._unseen.seen(changed)
        paths = changed or self._swept()
        if paths or parts.current.snapshot.absent or parts.reloader.retry_is_due:
            with parts.outage.tolerated():
                parts.reloader.reload(paths)
        return True

    def _swept(self) -> list[str]:
        """Return what has changed and was not reported, and say so."""
        found = self._unseen.step()
        if found:
            self._parts.emit(Trouble(self._parts.clock.now(), "change-unseen", describe(found)))
        return found

    def patience(self) -> float:
        """Return the seconds after which the root is looked at, where no change was seen."""
        return _LOOK_SECONDS
