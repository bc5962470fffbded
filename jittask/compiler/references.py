"""Checks what Python files name: elements in ``app.getElement``, modules that they import."""

from __future__ import annotations

import difflib

from jittask.compiler.commons import Commons
from jittask.compiler.dependencies import Mentions, module_file
from jittask.compiler.files import Files
from jittask.compiler.findings import Findings, nearest

_OF_JITAI = ("models.NormalType", "services.NormalType")
"""Modules of the platform, under the names of our folders (U3)."""


def check_references(
    mentioned: Mentions,
    files: Files,
    elements: frozenset[str],
    commons: Commons,
    findings: Findings,
) -> None:
    """Report elements and modules that do not exist."""
    for named in mentioned.elements:
        if named.name not in elements:
            near = nearest(named.name, elements)
            findings.add(
                "unknown-element",
                named.place,
                f"no element {named.name!r}, so app.getElement will fail",
                f"did you mean {near!r}?" if near else None,
            )
    for imported in mentioned.imports:
        if not imported.certain or imported.name.startswith(_OF_JITAI):
            continue
        file = module_file(imported.name, files)
        if file is None:
            findings.add(
                "unknown-module",
                imported.place,
                f"no module {imported.name!r} in the tree",
                _near(imported.name, files),
            )
        elif file in commons.broken:
            findings.add_broken(imported.place, file)


def _near(name: str, files: Files) -> str | None:
    folder = name.rpartition(".")[0].replace(".", "/")
    held = files.held(folder)
    beside = (
        [file.removesuffix(".py") for file in held.files if file.endswith(".py")] if held else []
    )
    near = difflib.get_close_matches(name.rpartition(".")[2], beside, 1)
    return f"did you mean {name.rpartition('.')[0]}.{near[0]}?" if near else None
