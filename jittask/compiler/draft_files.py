"""A look at a tree in which some files have a text that is not saved (rules C9, C11)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from jittask.compiler.files import Files
from jittask.compiler.look import Folder, Look


class DraftFiles(Files):
    """Lists a folder when it is first asked for: the cost is that of what is looked at.

    Paths are posix and relative to the tree.
    """

    def __init__(self, root: Path, known: Look, texts: Mapping[str, str]) -> None:
        """``texts``: what files hold instead of what is saved; some may not exist yet.

        Raises UnicodeEncodeError for a text that no file can hold.
        """
        super().__init__(root, known, tops=())
        self._known = known
        self._drafts = {file: text.encode() for file, text in texts.items()}

    def has(self, file: str) -> bool:
        """Whether a file is there, or is drafted."""
        if file in self._drafts or super().has(file):
            return True
        if not (self.root / file).is_file():
            return False
        self._look_at(file, self._known)
        return True

    def held(self, folder: str) -> Folder | None:
        """Return what a folder holds on the disk; None for no folder."""
        if folder not in self.folders and (self.root / folder).is_dir():
            self._list(folder, self._known)
        return self.folders.get(folder)

    def under(self, folder: str) -> list[str]:
        """Return the files of a folder as they would be with the drafts saved."""
        drafted = (file for file in self._drafts if file.rpartition("/")[0] == folder)
        return sorted({*super().under(folder), *drafted})

    def read(self, file: str) -> bytes:
        """Return a draft's bytes, or a file's. Raises OSError."""
        draft = self._drafts.get(file)
        return super().read(file) if draft is None else draft

    def digest(self, file: str) -> str:
        """Return SHA-256 of a draft's bytes, or of a file's, in hex; raises OSError."""
        draft = self._drafts.get(file)
        return super().digest(file) if draft is None else hashlib.sha256(draft).hexdigest()
