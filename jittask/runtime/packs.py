"""Versions kept in few files: thousands at once cost less than as many folders (rule H4).

A *pack* is two files that are written once and never change: the contents of
the versions' files, each content once, and an index with a line for each
version, in ascending order, that says where its files are. The index appears
last, so a pack is there whole or not at all. Finding a version reads a few
lines of the index, and nothing of it stays in memory.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
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


class Pack:
    """One pack, opened for reading."""

    def __init__(self, index: Path) -> None:
        """Open the index. Raises OSError; ValueError where it is empty."""
        self.index = index
        self._contents = index.with_suffix(_FILES)
        with index.open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __contains__(self, version: str) -> bool:
        return self._line(version) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield the versions, in ascending order."""
        start = 0
        while start < len(self._lines):
            yield self._lines[start : start + _DIGEST_LENGTH].decode()
            start = self._lines.find(b"\n", start) + 1

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
        low, high = 0, len(lines)
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

    def __contains__(self, version: str) -> bool:
        return any(version in pack for pack in self._packs)

    def __iter__(self) -> Iterator[str]:
        """Yield the versions that are kept; one may come twice."""
        for pack in self._packs:
            yield from pack

    def files(self, version: str) -> dict[str, bytes] | None:
        """Return what a version's files hold; None where it is not kept.

        Raises OSError; ValueError where its pack is damaged.
        """
        for pack in self._packs:
            files = pack.files(version)
            if files is not None:
                return files
        return None

    def write(self, versions: Iterable[tuple[str, Contents]]) -> None:
        """Write a pack of versions, which come in ascending order. Raises OSError."""
        packs = self._packs
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        index = self._folder / f"{uuid4().hex}{_INDEX}"
        draft, contents = index.with_suffix(_DRAFT), index.with_suffix(_FILES)
        try:
            with draft.open("xb") as lines, contents.open("xb") as parts:
                _write(versions, lines, parts)
                for file in (parts, lines):
                    file.flush()
                    os.fchmod(file.fileno(), _READ_ONLY)
                    os.fsync(file.fileno())
                is_empty = not lines.tell()
            if is_empty:
                contents.unlink()
                draft.unlink()
                return
            draft.rename(index)
        except BaseException:
            with suppress(OSError):  # what the disk refuses is being raised
                contents.unlink(missing_ok=True)
                draft.unlink(missing_ok=True)
            raise
        packs.append(Pack(index))

    def keep_only(self, versions: Collection[str]) -> None:
        """Delete other versions, where they are so many that it is worth the writing.

        Not while another thread uses the packs. Raises OSError.
        """
        for pack in list(self._packs):
            found = list(pack)
            kept = [version for version in found if version in versions]
            if len(kept) >= _WORTH_KEEPING * len(found):
                continue
            if kept:
                self.write((version, pack.files(version) or {}) for version in kept)
            self._packs.remove(pack)
            pack.delete()
        known = {pack.index.stem for pack in self._packs}
        for file in self._listed():
            if file.stem not in known:  # of a process that was killed
                file.unlink(missing_ok=True)

    @property
    def _packs(self) -> list[Pack]:
        if self._opened is None:
            self._opened = []
            for file in sorted(self._listed()):
                if file.suffix == _INDEX:
                    with suppress(FileNotFoundError):  # another process has just deleted it
                        self._opened.append(Pack(file))
        return self._opened

    def _listed(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []


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
