"""Versions kept in few files: thousands at once cost less than as many folders (rule H4).

A *pack* is two files that are written once and never change: the contents of
the versions' files, each content once, and an index with a line for each
version, in ascending order, that says where its files are. The index appears
last, so a pack is there whole or not at all. Its first line has the sizes of
both files: what has others is no pack. Finding a version reads a few
lines of the index, and nothing of it stays in memory.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

Contents = Mapping[str, bytes]
"""What a version's files hold, by path in its folder."""

_INDEX, _FILES, _DRAFT = ".index", ".files", ".draft"
_DIGEST_LENGTH = 64
_READ_ONLY = 0o444
_KNOWN_CONTENTS = 4096
_WORTH_KEEPING = 0.5
"""The part of a pack's versions that must still be of use; with less, it is written again."""
_SIZES = "{:020d} {:020d}\n"
"""The first line of an index: the bytes of the contents, and of the index itself."""
_SIZES_LENGTH = len(_SIZES.format(0, 0))


class Pack:
    """One pack, opened for reading."""

    def __init__(self, index: Path) -> None:
        """Open the index. Raises OSError; ValueError where one of its files is not whole."""
        self.index = index
        self._contents = index.with_suffix(_FILES)
        with index.open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        sizes = _SIZES.format(self._contents.stat().st_size, len(self._lines)).encode()
        if self._lines[:_SIZES_LENGTH] != sizes or self._lines[-1:] != b"\n":
            self._lines.close()
            raise ValueError(f"{index} is not whole")

    def __contains__(self, version: str) -> bool:
        return self._line(version) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the versions, in ascending order."""
        start = _SIZES_LENGTH
        while start < len(self._lines):
            yield self._lines[start : start + _DIGEST_LENGTH].decode()
            start = self._lines.find(b"\n", start) + 1  # each has one: the last byte is one

    def files(self, version: str) -> dict[str, bytes] | None:
        """Return what a version's files hold; None where it is not in this pack.

        Raises OSError; ValueError where the pack is damaged.
        """
        line = self._line(version)
        if line is None:
            return None
        with self._contents.open("rb") as contents:
            return {name: _part(contents, *place) for name, place in json.loads(line).items()}

    def delete(self) -> None:
        """Delete the pack, as far as it is there. Raises OSError."""
        self._lines.close()
        self.index.unlink(missing_ok=True)
        self._contents.unlink(missing_ok=True)

    def _line(self, version: str) -> bytes | None:
        """Return what the index says of a version."""
        lines, key = self._lines, version.encode()
        low, high = _SIZES_LENGTH, len(lines)
        while low < high:
            middle = (low + high) // 2
            start = lines.rfind(b"\n", low, middle) + 1 or low
            end = lines.find(b"\n", middle)
            found = lines[start : start + _DIGEST_LENGTH]
            if found == key:
                return lines[start + _DIGEST_LENGTH : end]
            if found < key:
                low = end + 1
            else:
                high = start
        return None


class Packs:
    """The packs in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[Pack] | None = None
        self._damaged: set[str] = set()

    def __contains__(self, version: str) -> bool:
        return version not in self._damaged and any(version in pack for pack in self._packs)

    def __iter__(self) -> Iterator[str]:
        """Yield the versions that are kept; one may come twice."""
        for pack in self._packs:
            yield from pack

    def files(self, version: str) -> dict[str, bytes] | None:
        """Return what a version's files hold; None where it is not kept.

        Where it is not found, or its pack is gone, the packs are listed again: another
        process may have written or deleted some. Raises OSError; ValueError where its
        pack is damaged.
        """
        if version in self._damaged:
            return None
        try:
            files = self._find(version)
        except FileNotFoundError:
            files = None
        if files is None:
            self._opened = None
            files = self._find(version)
        return files

    def damaged(self, version: str) -> None:
        """Take a version for one that is not kept: its files are not those that were packed."""
        self._damaged.add(version)

    def write(self, versions: Iterable[tuple[str, Contents]]) -> None:
        """Write a pack of versions, which come in ascending order. Raises OSError."""
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        index = self._folder / f"{uuid4().hex}{_INDEX}"
        draft, contents = index.with_suffix(_DRAFT), index.with_suffix(_FILES)
        try:
            with draft.open("xb") as lines, contents.open("xb") as parts:
                lines.write(_SIZES.format(0, 0).encode())
                _write(versions, lines, parts)
                is_empty = lines.tell() == _SIZES_LENGTH
                sizes = _SIZES.format(parts.tell(), lines.tell())
                lines.seek(0)
                lines.write(sizes.encode())
                for file in (parts, lines):
                    file.flush()
                    os.fchmod(file.fileno(), _READ_ONLY)
                    os.fsync(file.fileno())
            if is_empty:
                contents.unlink()
                draft.unlink()
                return
            draft.rename(index)
            _sync_folder(self._folder)
        except BaseException:
            with suppress(OSError):  # what the disk refuses is being raised
                index.unlink(missing_ok=True)
                draft.unlink(missing_ok=True)
                contents.unlink(missing_ok=True)
            raise
        packs = self._packs
        if all(pack.index != index for pack in packs):
            packs.append(Pack(index))

    def keep_only(self, versions: Collection[str], report: Callable[[str], None]) -> None:
        """Delete other versions, where they are so many that it is worth the writing.

        A pack that cannot be written again stays as it is, and ``report`` is called with why.
        Not while another thread or process uses the packs. Raises OSError.
        """
        self._opened = None
        for pack in list(self._packs):
            try:
                self._prune(pack, versions)
            except (OSError, ValueError) as error:
                report(f"{pack.index.name} keeps versions that nobody needs: {error}")
        known = {pack.index.stem for pack in self._packs}
        for file in self._listed():
            if file.stem not in known:  # of a process that was killed
                file.unlink(missing_ok=True)

    def _prune(self, pack: Pack, versions: Collection[str]) -> None:
        """Delete a pack of which too little is needed. Raises OSError, ValueError."""
        found = list(pack)
        kept = [version for version in found if version in versions]
        if len(kept) >= _WORTH_KEEPING * len(found):
            return
        if kept:
            self.write((version, pack.files(version) or {}) for version in kept)
        self._packs.remove(pack)
        pack.delete()

    def _find(self, version: str) -> dict[str, bytes] | None:
        """Return what a version's files hold, by the packs that are known. Raises as ``files``."""
        for pack in self._packs:
            files = pack.files(version)
            if files is not None:
                return files
        return None

    @property
    def _packs(self) -> list[Pack]:
        packs = self._opened
        if packs is None:
            packs = []
            for file in sorted(self._listed()):
                if file.suffix == _INDEX:
                    # half of it is gone, or another process has just deleted it
                    with suppress(FileNotFoundError, ValueError):
                        packs.append(Pack(file))
            self._opened = packs
        return packs

    def _listed(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a loss of power. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(versions: Iterable[tuple[str, Contents]], lines: BinaryIO, parts: BinaryIO) -> None:
    known: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
    offset = 0
    for version, contents in versions:
        places: dict[str, tuple[int, int]] = {}
        for name, content in contents.items():
            digest = hashlib.sha256(content).digest()
            place = known.get(digest)
            if place is None:
                place = known[digest] = offset, len(content)
                offset += parts.write(content)
                if len(known) > _KNOWN_CONTENTS:
                    known.popitem(last=False)
            else:
                known.move_to_end(digest)
            places[name] = place
        line = json.dumps(places, ensure_ascii=False, separators=(",", ":"))
        lines.write(f"{version}{line}\n".encode())


def _part(contents: BinaryIO, offset: int, length: int) -> bytes:
    """Return a content. Raises OSError; ValueError where the file is too short."""
    contents.seek(offset)
    content = contents.read(length)
    if len(content) != length:
        raise ValueError(f"{contents.name} ends too early")
    return content
