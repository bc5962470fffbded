"""``jittask schema``: the JSON Schemas, for editors (rule F10)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from jittask.cli.options import tree_argument
from jittask.operations.errors import OperationError
from jittask.operations.workspace import find_root

_FOLDER = ".schemas"
_FILES = {
    "app": "app.json",
    "task": "tasks/**/e.json",
    "service": "services/**/e.json",
    "model": "models/**/e.json",
    "database": "databases/**/e.json",
    "scenario": "scenarios/**/*.json",
}


@click.command()
@click.option("--write", is_flag=True, help="Put the schemas into TREE, and tell VS Code.")
@click.option("--show", type=click.Choice(list(_FILES)), help="Print one.")
@tree_argument
def command(write: bool, show: str | None, tree: Path | None) -> None:
    """Give editors the JSON Schemas of a tree's files: completion, hover, checks.

    With --write the schemas are copied to TREE/.schemas, and .vscode/settings.json
    of the repository (or of TREE) names them; other settings there are kept.

    Example: jittask schema --write elements
    """
    from jittask.compiler.schemas import SCHEMA_FOLDER

    if show is not None:
        click.echo((SCHEMA_FOLDER / f"{show}.schema.json").read_text(encoding="utf-8"), nl=False)
        return
    if not write:
        for name, files in _FILES.items():
            click.echo(f"{name:<10} {files:<22} {SCHEMA_FOLDER / name}.schema.json")
        return
    root = find_root(tree).resolve()
    workspace = _workspace(root)
    settings = workspace / ".vscode" / "settings.json"
    held = _settings(settings)
    try:
        (root / _FOLDER).mkdir(exist_ok=True)
        for name in _FILES:
            file = f"{name}.schema.json"
            shutil.copyfile(SCHEMA_FOLDER / file, root / _FOLDER / file)
        held["json.schemas"] = _merged(held.get("json.schemas", []), root, workspace)
        settings.parent.mkdir(exist_ok=True)
        draft = settings.with_suffix(".draft")
        draft.write_text(json.dumps(held, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        draft.replace(settings)
    except OSError as error:
        raise OperationError(f"{error.filename}: {error.strerror}") from error
    click.echo(f"wrote {len(_FILES)} schemas to {root / _FOLDER}")
    click.echo(f"and {settings}, for VS Code; open {workspace} in it")


def _workspace(root: Path) -> Path:
    """Return the folder that people open in their editor: the repository's, or the tree's."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists() or (folder / ".vscode").is_dir():
            return folder
    return root


def _settings(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OperationError(
            f"{file}: cannot be read as plain JSON, so it is left as it is",
            "take its comments out, or set json.schemas by hand: see docs/how-to/editor.md",
        ) from error
    if not isinstance(held, dict) or not isinstance(held.get("json.schemas", []), list):
        raise OperationError(f"{file}: expected an object, with a list under json.schemas")
    return held


def _merged(others: list[Any], root: Path, workspace: Path) -> list[Any]:
    """Return the entries of others, and new ones of ours."""
    inside = root.relative_to(workspace).as_posix()
    prefix = "" if inside == "." else f"{inside}/"
    ours = [
        {
            "fileMatch": [f"/{prefix}{files}"],
            "url": f"./{prefix}{_FOLDER}/{name}.schema.json",
        }
        for name, files in _FILES.items()
    ]
    urls = {one["url"] for one in ours}
    kept = [one for one in others if not (isinstance(one, dict) and one.get("url") in urls)]
    return kept + ours
