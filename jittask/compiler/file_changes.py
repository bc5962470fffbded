"""What is different in a tree's files after another look (rule H2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jittask.compiler.look import Folder


@dataclass(slots=True)
class FileChanges:
    """What is different after a look."""

    files: set[str] = field(default_factory=set)
    """Files that are new, gone, or of another content; byte code that is passed over, too."""
    folders: set[str] = field(default_factory=set)
    """Folders that are new or gone."""
    listings: set[str] = field(default_factory=set)
    """Folders that hold other names than before."""
    passed_over: bool = False
    """Whether other top folders are misnamed, or other things cannot be listed."""
    tops: bool = False
    """Whether one of our top folders is new or gone."""

    def __bool__(self) -> bool:
        return bool(self.files or self.folders or self.listings or self.passed_over or self.tops)


def compare_folders(
    before: Mapping[str, Folder], after: Mapping[str, Folder], changes: FileChanges
) -> None:
    """Note the folders that are new, gone, or hold other names."""
    changes.folders |= before.keys() ^ after.keys()
    for folder in before.keys() & after.keys():
        old, new = before[folder], after[folder]
        if old is not new and (old.files, old.folders) != (new.files, new.folders):
            changes.listings.add(folder)


def united(first: FileChanges, second: FileChanges) -> FileChanges:
    """Return what is different after two looks."""
    return FileChanges(
        first.files | second.files,
        first.folders | second.folders,
        first.listings | second.listings,
        first.passed_over or second.passed_over,
        first.tops or second.tops,
    )
