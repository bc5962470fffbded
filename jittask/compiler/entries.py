"""What an entry of a folder is."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path
from typing import NamedTuple, Protocol


class EntryKind(Enum):
    """What an entry of a folder can be."""

    FILE = auto()
    FOLDER = auto()


class Entry(Protocol):
    """One entry of a folder, as ``os.scandir`` has it."""

    @property
    def name(self) -> str:
        """Its name in the folder."""

    def is_dir(self) -> bool:
        """Whether it is a folder, or a link to one. Raises OSError."""

    def is_symlink(self) -> bool:
        """Whether it is a link."""


def is_folder(entry: Entry) -> bool:
    """Whether an entry is a folder, or a link to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link without a target: reading it reports that


class NamedEntry(NamedTuple):
    """An entry of a folder, by its name."""

    name: str
    path: Path

    def is_dir(self) -> bool:
        """Whether it is a folder, or a link to one."""
        return self.path.is_dir()

    def is_symlink(self) -> bool:
        """Whether it is a link."""
        return self.path.is_symlink()
