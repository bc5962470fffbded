"""Sees that files of a tree have changed; what follows from it is decided elsewhere (rule H5).

The only file that knows watchfiles. It uses its watch itself, because that
sees changes from when it is made, before the first ``look``. Only our own top
folders are watched, since the system's watches are limited in number, and
``.jittask`` has more folders than the tree. The root itself is looked at.
"""

from __future__ import annotations

import os
import platform
import stat
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Self

from watchfiles._rust_notify import RustNotify

from jittask.compiler.files import MANIFEST, TOPS

_STEP_MILLIS = 50
_POLL_MILLIS = 500


class Watch:
    """Sees every change after it was made.

    Where the system's own watch is not available (its limit is reached, a
    network drive), it polls instead, and says so through ``trouble``.
    """

    def __init__(self, root: Path, trouble: Callable[[str], None]) -> None:
        self._root = root
        self._trouble = trouble
        self._polling = _wants_polling()
        self._tops: dict[str, int] = {}
        self._manifest = self._look_at_manifest()
        self._watcher: RustNotify | None = None
        self._begin()

    def look(
        self, stop: threading.Event, *, debounce_millis: int, look_every_millis: int
    ) -> bool | None:
        """Wait for changes; True after a burst has settled, False when none came for a while.

        The root is looked at each time. Returns None when ``stop`` is set, or
        the tree cannot be watched any more.
        """
        if self._watcher is None:
            return None
        step = min(_STEP_MILLIS, debounce_millis)
        try:
            found = self._watcher.watch(debounce_millis, step, look_every_millis, stop)
        except (OSError, RuntimeError) as error:
            if stop.is_set():  # it has been closed meanwhile
                return None
            self._fall_back(error)
            return True
        if found in ("stop", "signal"):
            return None
        paths = [Path(path) for _, path in found] if isinstance(found, set) else []
        return self._root_has_changed(paths) or any(map(self._matters, paths))

    def close(self) -> None:
        """Free the system's watches."""
        if self._watcher is not None:
            self._watcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        """Watch the top folders that there are now, and only those."""
        self.close()
        self._tops = self._look_at_tops()
        try:
            self._watcher = self._watching(self._tops)
        except FileNotFoundError:  # a folder has just gone: the next look begins again
            self._tops = {}
            self._watcher = self._watching(())
        except (OSError, RuntimeError) as error:
            self._fall_back(error)

    def _watching(self, tops: Iterable[str]) -> RustNotify:
        paths = [str(self._root / name) for name in tops]
        return RustNotify(paths, False, self._polling, _POLL_MILLIS, True, False)

    def _fall_back(self, error: Exception) -> None:
        if self._polling:
            self._trouble(f"changes to files cannot be seen, so nothing reloads by itself: {error}")
            self.close()
            self._watcher = None
            return
        self._trouble(f"the system's file watch failed, so the files are polled instead: {error}")
        self._polling = True
        self._begin()

    def _root_has_changed(self, paths: list[Path]) -> bool:
        """Whether the manifest or a top folder was replaced; a new folder is watched too."""
        manifest, before = self._look_at_manifest(), self._manifest
        self._manifest = manifest
        gone = any(path.parent == self._root for path in paths)
        if gone or self._look_at_tops() != self._tops:
            self._begin()
            return True
        return manifest != before

    def _look_at_manifest(self) -> tuple[int, int, int, int] | None:
        try:
            found = (self._root / MANIFEST).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _look_at_tops(self) -> dict[str, int]:
        """Return the top folders that there are, each with its inode."""
        found: dict[str, int] = {}
        for name in TOPS:
            with suppress(OSError):
                status = (self._root / name).stat()
                if stat.S_ISDIR(status.st_mode):
                    found[name] = status.st_ino
        return found

    def _matters(self, path: Path) -> bool:
        """Whether a change can affect a compilation: byte code cannot."""
        return "__pycache__" not in path.parts[len(self._root.parts) :]


def _wants_polling() -> bool:
    """Whether to poll from the start, by watchfiles' own rule: WSL's drives report nothing."""
    forced = os.environ.get("WATCHFILES_FORCE_POLLING")
    if forced:
        return forced.lower() not in {"false", "disable", "disabled"}
    return "microsoft-standard" in platform.uname().release
