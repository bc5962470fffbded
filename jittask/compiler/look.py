"""What one look at a tree's files knows of them, for a later look (rule H2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Known(NamedTuple):
    """What shows, without reading it, that a file has not changed; a tuple: there is one a file."""

    path: str
    """Relative to the tree; the one string of this path, so that no copy of it takes memory."""
    size: int
    modified: int
    """Nanoseconds, as the file system has them."""
    changed: int
    inode: int
    """0 where it was no regular file."""
    digest: str
    """SHA-256 of its bytes, in hex; empty while nobody has asked for it."""


def same_number(number: int, other: int) -> int:
    """Return the very object ``other`` where they are equal: a large number takes memory."""
    return other if number == other else number


def not_looked_at(path: str) -> Known:
    """Return what is known of a file before it is looked at, or where it is none: its path."""
    return Known(path, 0, 0, 0, 0, "")


@dataclass(slots=True)
class Folder:
    """What a folder holds, by name, sorted; and what shows that it has not changed."""

    modified: int = 0
    changed: int = 0
    inode: int = 0
    """0 where it is to be listed again in any case."""
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a later look can rely on, by path."""

    files: Mapping[str, Known] = field(default_factory=dict)
    folders: Mapping[str, Folder] = field(default_factory=dict)


NOTHING_KNOWN = Look()
