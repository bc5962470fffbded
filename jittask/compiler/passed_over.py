"""Reports what looks like an element, or like a file of one, and is read by nobody (rule F1)."""

from __future__ import annotations

from jittask.compiler.discover import E_JSON
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings
from jittask.compiler.kinds import KINDS
from jittask.compiler.look import Folder
from jittask.compiler.lookalikes import kind_meant
from jittask.diagnostics import Location

_KIND_OF_FOLDER = {kind.folder: kind for kind in KINDS.values()}
_OTHER_FORMATS = frozenset({"e.yaml", "e.yml", "e.jsonc", "e.json5", "e.toml", "e.json.txt"})


def check_misnamed(files: Files, findings: Findings) -> None:
    """Report top folders with another name than ours."""
    for top, file in files.misnamed.items():
        message = f"the folder {top}/ is not read, and has an element: {file}"
        hint = f"rename it to {kind_meant(top)}/"
        findings.add("passed-over-folder", Location(file), message, hint)


def check_passed_over(files: Files, folder: str, findings: Findings) -> None:
    """Report what a folder that is in no element holds in place of an ``e.json``."""
    kind = _KIND_OF_FOLDER.get(folder.partition("/")[0])
    around = folder
    while kind is not None and "/" in around:
        if E_JSON in files.folders[around].files:
            return  # what is in an element is its own
        around = around.rpartition("/")[0]
    if kind is not None:
        _check_files(folder, files.folders[folder], kind.code, findings)


def _check_files(folder: str, held: Folder, code: str | None, findings: Findings) -> None:
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
