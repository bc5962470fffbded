"""Who uses the bundles of a state folder: what another process may need is not deleted (H4).

Two files: ``bundles.lock`` is shared by all that use the bundles, and ``bundles.gate.lock``
is held while anyone joins them, or looks whether there are others.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USERS, _GATE = "bundles.lock", "bundles.gate.lock"


class BundlesLock:
    """The lock of one process, or of one runtime in it."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder
        self._users: int | None = None

    def share(self) -> None:
        """Become one of those that use the bundles, until ``free``; wait while one deletes some.

        Raises OSError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with _opened(self._folder / _GATE) as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            users = _open(self._folder / _USERS)
            try:
                fcntl.flock(users, fcntl.LOCK_SH)
            except BaseException:
                os.close(users)
                raise
            self._users = users

    def free(self) -> None:
        """Use the bundles no more."""
        if self._users is not None:
            os.close(self._users)
            self._users = None

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Say whether nobody else uses the bundles; if so, nobody begins to before the end.

        Raises OSError.
        """
        with _opened(self._folder / _GATE) as gate:
            if not _taken(gate):
                yield False
                return
            if self._users is None:
                with _opened(self._folder / _USERS) as users:
                    yield _taken(users)
                return
            try:
                yield _taken(self._users)
            finally:
                fcntl.flock(self._users, fcntl.LOCK_SH)  # at once: nobody else has the gate


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    descriptor = _open(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
