"""Elements that are deleted, and can be put back: moved, whole, within one file system (C20)."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jittask.model import Element
from jittask.operations.edit.opened_files import opened_folder
from jittask.operations.errors import Conflict, NotFound, OperationError
from jittask.operations.manifest import manifest_mistake
from jittask.state_folder import state_folder
from jittask.store.errors import StoreError
from jittask.store.location import made_state_folder

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

_TRASH, _NOTE, _FILES, _GONE = "trash", "trashed.json", "files", "gone-"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
_MOVING = threading.Lock()
"""One move at a time in a process: between the look for a free place and the move."""


@dataclass(frozen=True, slots=True)
class Trashed:
    """An element in the trash."""

    id: str
    element: str
    """Its full name."""
    title: str
    deleted: datetime


def delete_element(workspace: Workspace, name: str) -> Trashed:
    """Move an element, broken or not, to the trash; a running runtime stops it soon.

    Raises NotFound, Conflict for one that holds other elements, is a link or leads
    elsewhere, OperationError where it cannot be moved.
    """
    found = _element(workspace, name)
    with _MOVING:
        _check_place(workspace, found)
        now = workspace.now()
        trashed = Trashed(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", name, found.title, now)
        place = _made_trash(workspace) / trashed.id
        try:
            place.mkdir()
            _write_note(place / _NOTE, trashed)
            (workspace.root / found.folder).rename(place / _FILES)
        except OSError as error:
            shutil.rmtree(place, ignore_errors=True)
            raise _failed(f"{name} cannot be moved to the trash", error) from error
    workspace.refresh()
    return trashed


def restore_element(workspace: Workspace, trash_id: str) -> Trashed:
    """Put an element back where it was.

    Raises NotFound for no such thing in the trash, Conflict where its place is taken,
    OperationError where it cannot be moved.
    """
    place = _trash(workspace) / trash_id
    trashed = _read_note(place) if _ID.fullmatch(trash_id) else None
    if trashed is None:
        raise NotFound(f"nothing in the trash is {trash_id!r}")
    target = workspace.root / trashed.element.replace(".", "/")
    with _MOVING:
        made = [above for above in target.parents if not above.exists()]
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _check_free(workspace, target)
            (place / _FILES).rename(target)
        except (OSError, OperationError) as error:
            for above in made:
                with suppress(OSError):  # it was not made, after all
                    above.rmdir()
            if isinstance(error, OperationError):
                raise
            raise _failed(f"{trashed.element} cannot be put back", error) from error
        with suppress(OSError):  # what is left is a note of nothing
            shutil.rmtree(place)
    workspace.refresh()
    return trashed


def empty_trash(workspace: Workspace) -> tuple[Trashed, ...]:
    """Remove for good what was deleted ``settings.retentionDays`` ago or earlier; return it.

    Nothing is while ``app.json`` has a mistake, which may be in that number. Raises
    OperationError where something cannot be taken out of the trash.
    """
    if manifest_mistake(workspace.compilation.diagnostics) is not None:
        return ()
    folder = _trash(workspace)
    oldest = workspace.now() - timedelta(days=workspace.settings.retention.longest)
    over = tuple(trashed for trashed in trash(workspace) if trashed.deleted <= oldest)
    with _MOVING:
        for trashed in over:
            try:  # renamed first: nobody then restores a half of it
                (folder / trashed.id).rename(folder / f"{_GONE}{trashed.id}")
            except OSError as error:
                raise _failed(f"{trashed.id} cannot be removed from the trash", error) from error
        for gone in folder.glob(f"{_GONE}*"):  # also what an earlier attempt has left
            shutil.rmtree(gone, ignore_errors=True)
    return over


def trash(workspace: Workspace) -> tuple[Trashed, ...]:
    """Return what is in the trash, the newest first."""
    folder = _trash(workspace)
    try:
        names = sorted((entry.name for entry in folder.iterdir()), reverse=True)
    except FileNotFoundError:
        return ()
    found = (_read_note(folder / name) for name in names if _ID.fullmatch(name))
    return tuple(trashed for trashed in found if trashed is not None)


def _element(workspace: Workspace, name: str) -> Element:
    elements = workspace.compilation.app.elements
    found = elements.get(name)
    if found is None:
        raise NotFound(f"no element {name!r}", "names are full, such as tasks.billing.Reminder")
    inside = next((other for other in elements if other.startswith(f"{name}.")), None)
    if inside is not None:
        raise Conflict(
            f"the folder of {name} holds {inside}, too", f"move or delete {inside} first"
        )
    return found


def _check_place(workspace: Workspace, element: Element) -> None:
    """Refuse a folder that is not where its name says (C23)."""
    with opened_folder(workspace.root, element.folder):
        if (workspace.root / element.folder).is_symlink():
            raise Conflict(f"{element.folder} is a symbolic link", "remove the link by hand")


def _check_free(workspace: Workspace, target: Path) -> None:
    """Refuse a place that is taken, also where upper and lower case are one."""
    with opened_folder(workspace.root, target.parent.relative_to(workspace.root).as_posix()):
        taken = {entry.name.lower() for entry in target.parent.iterdir()}
    if target.name.lower() in taken:
        place = target.relative_to(workspace.root).as_posix()
        raise Conflict(f"{place} is there already", "rename or delete what is there first")


def _trash(workspace: Workspace) -> Path:
    return state_folder(workspace.root) / _TRASH


def _made_trash(workspace: Workspace) -> Path:
    try:
        made_state_folder(workspace.root)
        folder = _trash(workspace)
        folder.mkdir(exist_ok=True)
    except StoreError as error:
        raise OperationError(str(error), error.hint) from error
    except OSError as error:
        raise _failed("the trash cannot be made", error) from error
    return folder


def _write_note(file: Path, trashed: Trashed) -> None:
    note = {
        "element": trashed.element,
        "title": trashed.title,
        "deleted": trashed.deleted.isoformat(),
    }
    file.write_text(json.dumps(note, ensure_ascii=False) + "\n", encoding="utf-8")


def _read_note(place: Path) -> Trashed | None:
    """Return what is in a place of the trash; None where nothing whole is."""
    try:
        note = json.loads((place / _NOTE).read_text(encoding="utf-8"))
        found = Trashed(
            place.name, note["element"], note["title"], datetime.fromisoformat(note["deleted"])
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if (place / _FILES).is_dir() else None


def _failed(what: str, error: OSError) -> OperationError:
    return OperationError(f"{what}: {error.strerror}")
