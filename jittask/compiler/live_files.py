"""A look at a tree's files that is kept true: only what may have changed is looked at again (H2).

A path that is named is read again whatever its times say. A full look, and the
sweep, trust a file's size, times and inode, but for a file that had changed
shortly before it was read: such a file is *unsettled*, and read again.

Where the tree has links, every look is a full one: what a link leads to can
change under another path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from jittask.clock import Clock
from jittask.compiler.entries import EntryKind, NamedEntry
from jittask.compiler.file_changes import FileChanges, compare_folders, united
from jittask.compiler.file_names import is_ignored, shown
from jittask.compiler.files import MANIFEST, TOPS, Files
from jittask.compiler.look import NOTHING_KNOWN, Folder, Known, Look, not_looked_at
from jittask.compiler.lookalikes import misnamed_tops
from jittask.compiler.settling import SettledFiles, SettledFolders, nanoseconds


class LiveFiles(Files):
    """The files of one tree, looked at again as often as is asked."""

    def __init__(self, root: Path, known: Look = NOTHING_KNOWN, clock: Clock | None = None) -> None:
        super().__init__(root, known, clock=clock)
        self._unsettled: set[str] = set()
        self._unsettled_folders: set[str] = set()

    def settle(self, began: int = 0) -> None:
        """Note what a later look must not know by its times; once all files have been read.

        What ``known`` has returned since the last full look follows. ``began``: the file
        system's time when this look began, where known.
        """
        for file in [file for file, found in self._files.items() if not found.inode]:
            with suppress(OSError):  # it is gone, or none
                self._regular(file)
        settled = self._settled_before(began)
        unsettled = {file for file, found in self._files.items() if found.changed >= settled}
        folders = {folder for folder, held in self.folders.items() if held.changed >= settled}
        for ours, now in (self._unsettled, unsettled), (self._unsettled_folders, folders):
            ours.update(now)  # first: at no moment is more trusted than may be
            ours.intersection_update(now)

    def known(self, began: int = 0) -> Look:
        """Return what another look can rely on; it follows this one, once it is settled."""
        return Look(
            SettledFiles(self._files, self._unsettled),
            SettledFolders(self.folders, self._unsettled_folders),
        )

    def look_again(self, paths: Iterable[str]) -> FileChanges:
        """Look at these paths, relative to the tree, and at the manifest; return what changed.

        A folder is looked at with all that is in it. Some may be gone.
        """
        paths = sorted(set(paths))
        if self.links or "" in paths or "." in paths:
            return self.look_at_all(paths)
        changes = FileChanges(tops=self._tops_have_changed())
        if changes.tops:
            return self.look_at_all(paths)
        self._look_at_root(changes)
        unreadable = list(self.unreadable)
        for path in paths:
            if path.partition("/")[0] in TOPS:
                self._look_at_path(path, changes)
        changes.passed_over |= self.unreadable != unreadable
        if self.links:  # one has just come
            return united(changes, self.look_at_all(()))
        return changes

    def look_at_all(self, read_again: Iterable[str] = ()) -> FileChanges:
        """Look at every file of the tree; ``read_again``: what must not be known by its times."""
        for path in read_again:
            self._unsettled.add(path)
        before_files, before_folders = self._files, self.folders
        fresh = LiveFiles(self.root, self.known(), self._clock)
        changes = FileChanges(
            passed_over=(fresh.misnamed, fresh.unreadable) != (self.misnamed, self.unreadable),
            tops={top for top in TOPS if top in self.folders}
            != {top for top in TOPS if top in fresh.folders},
        )
        self._files, self.folders = fresh._files, fresh.folders
        self._unsettled, self._unsettled_folders = set(), set()  # earlier looks keep theirs
        self.unreadable, self.misnamed = fresh.unreadable, fresh.misnamed
        self.links, self._linked = fresh.links, fresh._linked
        self._began = fresh._began
        self._compare(before_files, self._files, changes)
        compare_folders(before_folders, self.folders, changes)
        self.settle()
        return changes

    # --- one path

    def _look_at_path(self, path: str, changes: FileChanges) -> None:
        """Look at a file or folder in one of our top folders."""
        folder, _, name = path.rpartition("/")
        while folder and folder not in self.folders:
            folder, _, name = folder.rpartition("/")
        if not folder:  # a top folder itself
            self._list_again(path.partition("/")[0], changes)
        elif os.path.lexists(f"{self._base}/{folder}/{name}") or os.path.isdir(
            f"{self._base}/{folder}"
        ):
            self._look_at_entry(folder, name, changes)
        else:  # the folder has gone with all that it held
            self._look_at_path(folder, changes)

    def _look_at_entry(self, folder: str, name: str, changes: FileChanges) -> None:
        path = f"{folder}/{name}"
        was = self._known_kind(path)
        self._forget_unreadable(f"{folder}/{shown(name)}")
        is_now = None
        if os.path.lexists(f"{self._base}/{path}"):
            entry = NamedEntry(name, self.root / path)
            is_now = self._kind_of(folder, entry)
            if entry.is_symlink() and not is_ignored(name):
                self.links.append(path)
                return
        if was is EntryKind.FOLDER and is_now is not EntryKind.FOLDER:
            self._drop(path, changes)
        if is_now is EntryKind.FOLDER:
            self._list_again(path, changes)
        if was is EntryKind.FILE and is_now is not EntryKind.FILE:
            del self._files[path]
            self._unsettled.discard(path)
            changes.files.add(path)
        if is_now is EntryKind.FILE:
            self._read_again(path, changes)
        if is_now is not was:
            self._rename_entry(folder, name, is_now)
            changes.listings.add(folder)
        elif is_now is None and name.endswith(".pyc"):
            changes.files.add(path)  # an element's message may name it

    def _known_kind(self, path: str) -> EntryKind | None:
        if path in self.folders:
            return EntryKind.FOLDER
        return EntryKind.FILE if path in self._files else None

    def _rename_entry(self, folder: str, name: str, is_now: EntryKind | None) -> None:
        """Give a folder this entry, or take it away."""
        held = self.folders[folder]
        files = {*held.files} - {name} | ({name} if is_now is EntryKind.FILE else set())
        folders = {*held.folders} - {name} | ({name} if is_now is EntryKind.FOLDER else set())
        self.folders[folder] = Folder(0, 0, 0, tuple(sorted(files)), tuple(sorted(folders)))

    def _read_again(self, file: str, changes: FileChanges) -> None:
        """Read a file for its digest, whatever its times say."""
        before = self._files.get(file)
        self._look_at(file, NOTHING_KNOWN)
        self._unsettled.add(file)
        if before is None or not before.digest or self._digest_or_none(file) != before.digest:
            changes.files.add(file)

    def _digest_or_none(self, file: str) -> str | None:
        try:
            return self.digest(file)
        except OSError:
            return None

    # --- a folder with all that is in it

    def _list_again(self, folder: str, changes: FileChanges) -> None:
        before_files, before_folders = self._taken_out(folder)
        if os.path.isdir(f"{self._base}/{folder}"):
            self._list(folder, Look(SettledFiles(before_files, self._unsettled), before_folders))
        after_files, after_folders = self._under(folder)
        self._compare(before_files, after_files, changes)
        compare_folders(before_folders, after_folders, changes)
        self._unsettled -= before_files.keys() - after_files.keys()
        self._unsettled |= {
            file for file, found in after_files.items() if before_files.get(file) is not found
        }
        self._unsettled_folders -= before_folders.keys() - after_folders.keys()
        self._unsettled_folders |= {
            inner for inner, held in after_folders.items() if before_folders.get(inner) is not held
        }

    def _drop(self, folder: str, changes: FileChanges) -> None:
        files, folders = self._taken_out(folder)
        changes.files |= files.keys()
        changes.folders |= folders.keys()
        self._unsettled -= files.keys()
        self._unsettled_folders -= folders.keys()

    def _taken_out(self, folder: str) -> tuple[dict[str, Known], dict[str, Folder]]:
        """Forget a folder; return what was known of it."""
        files, folders = self._under(folder)
        for file in files:
            del self._files[file]
        for inner in folders:
            del self.folders[inner]
        self._forget_unreadable(folder)
        return files, folders

    def _under(self, folder: str) -> tuple[dict[str, Known], dict[str, Folder]]:
        files: dict[str, Known] = {}
        folders: dict[str, Folder] = {}
        waiting = [folder]
        while waiting:
            path = waiting.pop()
            held = self.folders.get(path)
            if held is None:
                continue
            folders[path] = held
            for name in held.files:
                file = f"{path}/{name}"
                files[file] = self._files.get(file) or not_looked_at(file)
            waiting += [f"{path}/{name}" for name in held.folders]
        return files, folders

    def _compare(
        self, before: Mapping[str, Known], after: Mapping[str, Known], changes: FileChanges
    ) -> None:
        changes.files |= before.keys() ^ after.keys()
        for file in before.keys() & after.keys():
            old = before[file]
            if after[file] is not old and (
                not old.digest or self._digest_or_none(file) != old.digest
            ):
                changes.files.add(file)

    def _forget_unreadable(self, path: str) -> None:
        inside = f"{path}/"
        self.unreadable = [
            entry
            for entry in self.unreadable
            if entry[0] != path and not entry[0].startswith(inside)
        ]

    # --- the root

    def _tops_have_changed(self) -> bool:
        return any(os.path.isdir(f"{self._base}/{top}") != (top in self.folders) for top in TOPS)

    def _look_at_root(self, changes: FileChanges) -> None:
        """Look at the manifest, and for top folders that are misnamed."""
        if os.path.lexists(f"{self._base}/{MANIFEST}"):
            self._read_again(MANIFEST, changes)
        elif self._files.pop(MANIFEST, None) is not None:
            changes.files.add(MANIFEST)
        misnamed = misnamed_tops(self._base)
        if misnamed != self.misnamed:
            for file in self.misnamed.values():
                self._files.pop(file, None)
            self.misnamed = misnamed
            changes.passed_over = True
        for file in misnamed.values():
            self._look_at(file, NOTHING_KNOWN)

    # --- what the sweep asks

    def clock_time(self) -> int:
        """Return the machine's time, in nanoseconds."""
        return nanoseconds(self._clock)

    def known_file(self, file: str) -> Known | None:
        """Return what is known of a file; None where there is none of that name."""
        return self._files.get(file)

    def differs(self, file: str) -> bool:
        """Whether an unsettled file holds something else than when it was read."""
        found = self._files[file]
        if file not in self._unsettled or not found.digest:
            return False
        self._files[file] = found._replace(digest="")
        differs = self._digest_or_none(file) != found.digest
        self._files[file] = found
        return differs

    def has_settled(self, file: str) -> None:
        """Note that a file can be known by its times from now on."""
        self._unsettled.discard(file)

    def listed_now(self, folder: str) -> Folder:
        """List a folder; nothing of it is noted. Raises OSError."""
        path = f"{self._base}/{folder}"
        status = os.stat(path)
        listed = Folder(status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        Files(self.root, tops=())._scan(folder, path, listed)
        return listed
