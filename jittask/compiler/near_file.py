"""Finds what was probably meant as a file that an element lacks (rule V1)."""

from __future__ import annotations

from jittask.compiler.files import Files


def instead_of(files: Files, folder: str, name: str) -> str | None:
    """Return a hint where a folder has something that is probably meant as the file ``name``."""
    held = files.held(folder)
    near = next((file for file in held.files if file.lower() == name), None) if held else None
    if near is not None:
        return f"rename {near} to {name}"
    if (files.root / folder / f"{name}c").exists():
        return f"{name}c is not used: put its source {name} there"
    return None
