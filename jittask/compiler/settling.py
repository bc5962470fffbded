"""Which files and folders can be known by their times: not what had just changed (rule H2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jittask.clock import Clock
from jittask.compiler.look import Folder, Known

RACY_NANOSECONDS = 2_000_000_000
"""The coarsest time stamps of file systems in use."""


def nanoseconds(clock: Clock) -> int:
    """Return a clock's time as file systems write it down."""
    return round(clock.now().timestamp() * 1_000_000_000)


def settled_before(file_system: int, clock: int | None = None) -> int:
    """Return the time before which files must have changed, to be known by their times.

    ``file_system``: a time that the file system has had, such as that of its newest change.
    ``clock``: the machine's time when the look began. The earlier one counts, because a file
    system may have a clock of its own, and a clock that was set back leaves files that have
    changed in the future. Without ``clock``, ``file_system`` must be the time when the look
    began. All in nanoseconds.
    """
    earliest = file_system if clock is None else min(file_system, clock)
    return earliest - RACY_NANOSECONDS


class SettledFiles(Mapping[str, Known]):
    """The files of a look that can be known by their times."""

    def __init__(self, files: Mapping[str, Known], unsettled: set[str]) -> None:
        self._files, self._unsettled = files, unsettled

    def __getitem__(self, file: str) -> Known:
        found = self._files[file]
        if file in self._unsettled or not found.digest:
            raise KeyError(file)
        return found

    def __iter__(self) -> Iterator[str]:
        return (file for file in list(self._files) if file in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class SettledFolders(Mapping[str, Folder]):
    """The folders of a look that can be known by their times."""

    def __init__(self, folders: Mapping[str, Folder], unsettled: set[str]) -> None:
        self._folders, self._unsettled = folders, unsettled

    def __getitem__(self, folder: str) -> Folder:
        if folder in self._unsettled:
            raise KeyError(folder)
        return self._folders[folder]

    def __iter__(self) -> Iterator[str]:
        return (folder for folder in list(self._folders) if folder not in self._unsettled)

    def __len__(self) -> int:
        return sum(1 for _ in self)
