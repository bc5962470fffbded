"""Reports what looks like an element, or like a file of one, and is read by nobody (rule F1)."""

from __future__ import annotations

from jittask.compiler.discover import E_JSON
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.kinds import KINDS
from jittask.compiler.look import Folder
from jittask.compiler.lookalikes import kind_meant
from jittask.diagnostics import Location

_OTHER_FORMATS = frozenset({"e.yaml", "e.yml", "e.jsonc", "e.json5", "e.toml", "e.json.txt"})


def check_passed_over(files: Files, findings: Findings) -> None:
    """Report folders with another name than ours, and folders without their ``e.json``."""
    for top, file in files.misnamed.items():
        message = f"the folder {top}/ is not read, and has an element: {file}"
        hint = f"rename it to {kind_meant(top)}/"
        findings.add("passed-over-folder", Location(file), message, hint)
    for kind in KINDS.values():
        if kind.folder in files.folders:
            _check_folder(files, kind.folder, kind.code, findings)


def _check_folder(files: Files, folder: str, code: str | None, findings: Findings) -> None:
    """Check a folder that is in no element, and those in it."""
    held = files.folders[folder]
    if "/" in folder and E_JSON in held.files:
        return  # what is in an element is its own
    _check_files(files, folder, held, code, findings)
    for name in held.folders:
        _check_folder(files, f"{folder}/{name}", code, findings)


def _check_files(
    files: Files, folder: str, held: Folder, code: str | None, findings: Findings
) -> None:
    if E_JSON in held.files or E_JSON in held.folders:
        return  # misplaced, which is another finding
    for name in held.files:
        place = Location(f"{folder}/{name}")
        if name.lower() == E_JSON:
            message = f"expected the name e.json, got {name}: this folder is no element"
            findings.add("miscased-e-json", place, message, f"rename {name} to e.json")
            return
        if name.lower() in _OTHER_FORMATS:
            message = f"{name} is not read: the file of an element is e.json"
            findings.add("passed-over-file", place, message, "write it as JSON, in e.json")
            return
    if code is None:
        return
    message = f"{code} is not used: this folder has no e.json"
    hint = f"add an e.json, or move {code} into the element's folder"
    if code in held.files:
        findings.add("passed-over-file", Location(f"{folder}/{code}"), message, hint)
