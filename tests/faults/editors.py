"""How editors write a file: each is a list of steps, between which anybody may look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

Write = Callable[[Path, bytes, Random], Iterator[None]]
"""Gives a file this content; yields where the file system shows something in between."""


def vim(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """A swap file, a trial whether the folder can be written, and the old file moved aside."""
    swap = file.with_name(f".{file.name}.swp")
    swap.write_bytes(b"b0VIM" + chance.randbytes(100))
    yield
    trial = file.with_name("4913")
    trial.touch()
    trial.unlink()
    backup = file.with_name(f"{file.name}~")
    file.replace(backup)
    yield
    file.write_bytes(content)
    backup.unlink()
    yield
    swap.unlink()


def emacs(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """A lock that is a link to nowhere, a copy from time to time, and a backup that stays."""
    lock = file.with_name(f".#{file.name}")
    lock.symlink_to(f"nobody@nowhere.{chance.randrange(10**5)}:1")
    yield
    copy = file.with_name(f"#{file.name}#")
    copy.write_bytes(content[: len(content) // 2])
    yield
    file.replace(file.with_name(f"{file.name}~"))
    file.write_bytes(content)
    copy.unlink()
    lock.unlink()


def jetbrains(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """The new file beside the old one, which is moved away first."""
    del chance
    new = file.with_name(f"{file.name}___jb_tmp___")
    old = file.with_name(f"{file.name}___jb_old___")
    new.write_bytes(content)
    yield
    file.replace(old)
    yield
    new.replace(file)
    old.unlink()


def atomically(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """A new file that takes the old one's place, as most editors can do it."""
    new = file.with_name(f"{file.name}.{chance.randrange(10**9)}.tmp")
    new.write_bytes(content)
    yield
    new.replace(file)


def in_pieces(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """Cut short, and written again in place, in several pieces."""
    cuts = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    with file.open("wb", buffering=0) as writing:
        yield
        for first, last in zip([0, *cuts], [*cuts, len(content)], strict=True):
            writing.write(content[first:last])
            yield


def removed_first(file: Path, content: bytes, chance: Random) -> Iterator[None]:
    """Removed, and written again."""
    del chance
    file.unlink()
    yield
    file.write_bytes(content)


EDITORS: tuple[Write, ...] = (vim, emacs, jetbrains, atomically, in_pieces, removed_first)
