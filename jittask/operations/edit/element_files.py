"""The text of an element's files: read, and saved by who has seen the version before (rule C14).

An editor names an element and one of a few files, never a path (C23). It gets a
text with plain line ends; what the file has instead, and its byte order mark,
are put back when it is saved.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import threading
from dataclasses import dataclass
from enum import StrEnum

from jittask.compiler.files import MOST_BYTES
from jittask.operations.edit.file_places import ElementFile, FilePlace, file_place
from jittask.operations.edit.opened_files import OpenedFolder, opened_folder
from jittask.operations.errors import (
    Conflict,
    InvalidArgument,
    NotFound,
    OperationError,
    Outdated,
)
from jittask.operations.workspace import Workspace

_LONE_LINE_FEED = re.compile(r"(?<!\r)\n")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_SAVING = threading.Lock()
"""One save at a time in a process: between the check of the version and the change."""


class LineEnds(StrEnum):
    """How the lines of a file end."""

    LF = "lf"
    CRLF = "crlf"
    """Every line; the text that is given has plain line feeds instead."""
    MIXED = "mixed"
    """Both, or lone carriage returns; the text that is given has them as they are."""


@dataclass(frozen=True, slots=True)
class FileText:
    """A file's text at one moment."""

    element: str
    """The full name; or ``app``, or a module of ``commons``."""
    file: ElementFile
    text: str
    sha256: str
    """Of the file's bytes, in hex: what a save names as the version it began from."""
    line_ends: LineEnds
    has_mark: bool
    """Whether the file begins with a byte order mark; ``text`` does not."""
    name: str
    """What it is called on the disk."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that holds the text now."""

    file: FileText
    before: str | None
    """The sha256 of the version before; None for a new file."""

    @property
    def changed(self) -> bool:
        """Whether the file's bytes are others than before."""
        return self.file.sha256 != self.before


def element_file(workspace: Workspace, element: str, file: ElementFile) -> FileText:
    """Return a file of an element, broken or not.

    Raises NotFound, InvalidArgument for a file that elements of its kind do not
    have, Conflict for one that is no text or leads out of the tree, OperationError.
    """
    place = file_place(workspace, element, file)
    with opened_folder(workspace.root, place.folder) as folder:
        read = _read(folder, place)
    if read is None:
        raise NotFound(f"{element} has no {place.name}")
    return _text_of(place, file, read[0])


def save_element_file(
    workspace: Workspace, element: str, file: ElementFile, text: str, *, version: str | None
) -> Saved:
    """Put a text into a file of an element, if it still is of that ``version``; atomically.

    ``version`` is the sha256 that was read, or None for a file that does not
    exist yet. Mode, line ends and byte order mark stay; an equal text writes
    nothing. A broken text is saved too: what is wrong with it is a diagnostic.
    Raises Outdated for another version, and what ``element_file`` raises.
    """
    place = file_place(workspace, element, file)
    with _SAVING, opened_folder(workspace.root, place.folder) as folder:
        read = _read(folder, place)
        before = None if read is None else _text_of(place, file, read[0])
        if version != (before.sha256 if before else None):
            raise _outdated(place, before)
        content = _content(text, before)
        after = _text_of(place, file, content)
        if before is None or after.sha256 != before.sha256:
            try:
                folder.replace(place.name, content, None if read is None else read[1])
            except OSError as error:
                raise _failed(place, "changed", error) from error
    return Saved(after, before.sha256 if before else None)


def _read(folder: OpenedFolder, place: FilePlace) -> tuple[bytes, int] | None:
    try:
        return folder.read(place.name)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed(place, "read", error) from error


def _text_of(place: FilePlace, file: ElementFile, content: bytes) -> FileText:
    mark = content.startswith(codecs.BOM_UTF8)
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        where = f"{place.name} of {place.owner}"
        message = f"{where} is not UTF-8 text: byte {error.start + 1} cannot be read"
        raise Conflict(message, "save it as UTF-8 with another program") from error
    ends = _line_ends(text)
    digest = hashlib.sha256(content).hexdigest()
    if ends is LineEnds.CRLF:
        text = text.replace("\r\n", "\n")
    return FileText(place.owner, file, text, digest, ends, mark, place.name)


def _line_ends(text: str) -> LineEnds:
    if "\r" not in text:
        return LineEnds.LF
    if _LONE_LINE_FEED.search(text) or _LONE_RETURN.search(text):
        return LineEnds.MIXED
    return LineEnds.CRLF


def _content(text: str, before: FileText | None) -> bytes:
    """Return the bytes of a text, with the line ends and the mark that the file has."""
    if before is not None and before.line_ends is LineEnds.CRLF:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        content = text.encode()
    except UnicodeEncodeError as error:
        raise InvalidArgument("text", "it holds half of a character, which no file can") from error
    if before is not None and before.has_mark:
        content = codecs.BOM_UTF8 + content
    if len(content) > MOST_BYTES:
        raise InvalidArgument(
            "text", f"expected at most {MOST_BYTES:,} bytes, got {len(content):,}"
        )
    return content


def _outdated(place: FilePlace, now: FileText | None) -> Outdated:
    if now is None:
        return Outdated(f"{place.name} of {place.owner} does not exist any more")
    hint = "read it again, and merge"
    return Outdated(
        f"{place.name} of {place.owner} is now another version: {now.sha256[:12]}", hint
    )


def _failed(place: FilePlace, what: str, error: OSError) -> OperationError:
    return OperationError(f"{place.name} of {place.owner} cannot be {what}: {error.strerror}")
