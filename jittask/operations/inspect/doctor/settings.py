"""The settings that hold here, and where each comes from (rule F2)."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jittask.compiler.environment_settings import given, setting_variables
from jittask.compiler.files import MANIFEST
from jittask.compiler.findings import Findings
from jittask.diagnostics import Diagnostic
from jittask.operations.inspect.doctor.places import Places
from jittask.operations.inspect.doctor.section import Section
from jittask.runtime.notices.sender import missing
from jittask.runtime.settings_effect import CELERY, SETTINGS, STORE, shown_setting, value_of
from jittask.state_folder import STATE_VARIABLE, state_folder

if TYPE_CHECKING:
    from jittask.operations.workspace import Workspace

NAME = "settings"
_NEAR = 0.85


def settings_section(workspace: Workspace, store: str, places: Places) -> Section:
    """Return what holds: the environment before ``app.json`` before the defaults.

    ``store``: the address of the run store without its password. Other secrets
    are in no setting that is shown.
    """
    variables = {".".join(map(str, pointer)): variable for variable, pointer in given(os.environ)}
    facts = [f"state folder: {state_folder(workspace.root)} ({_state_source()})"]
    written = _written(workspace.root)
    for name, setting in SETTINGS.items():
        pointer = setting.key.split(".")
        if not setting.key.startswith("settings."):
            continue
        value = value_of(workspace.settings, name)
        if value is None and name == CELERY:  # another executor holds, which has its own line
            continue
        shown = "none" if value is None else shown_setting(setting, value)
        shown = store if name == STORE else shown
        source = variables.get(setting.key) or (MANIFEST if _has(written, pointer) else "default")
        facts.append(f"{setting.key.removeprefix('settings.')}: {shown} ({source})")
    asked = workspace.compilation.reusable.environment
    unread = tuple(_misspelt(os.environ, asked))
    return Section(NAME, MANIFEST, tuple(facts), unread, tuple(_unsendable(workspace, places)))


def _unsendable(workspace: Workspace, places: Places) -> list[Diagnostic]:
    """Report that messages have targets, and that nothing here can send them (R14)."""
    from jittask.operations.notify import targets

    reason = missing() if targets(workspace) else None
    findings = Findings(None)
    if reason is not None:
        text, _, hint = reason.partition(": ")
        findings.add("apprise-missing", places.manifest("settings", "notify"), text, hint)
    return findings.found


def _state_source() -> str:
    return f"--state-dir or {STATE_VARIABLE}" if os.environ.get(STATE_VARIABLE) else "default"


def _written(root: Path) -> Mapping[str, Any]:
    """Return what app.json says; nothing where it cannot be read, which other sections report."""
    try:
        data = json.loads((root / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _has(data: object, pointer: list[str]) -> bool:
    for key in pointer:
        if not isinstance(data, Mapping) or key not in data:
            return False
        data = data[key]
    return True


def _misspelt(environment: Mapping[str, str], asked: Collection[str]) -> Iterator[str]:
    """Yield the variables that look like those of a setting, and are none: nobody reads them."""
    known = setting_variables()
    for name in sorted(environment):
        if name.startswith("JITTASK_") and name not in known and name not in asked:
            for near in difflib.get_close_matches(name, known, 1, _NEAR):
                yield f"{name} is not read; did you mean {near}?"
