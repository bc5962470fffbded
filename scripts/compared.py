"""Writes docs/reference/compared.md: the same mistakes, given to what else can read the files.

Every case of tests/trees/bad goes to ``jittask validate``, to
check-jsonschema with our schemas, and to a plain import of its Python files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parents[1]
BAD = ROOT / "tests/trees/bad"
TARGET = ROOT / "docs/reference/compared.md"
SCHEMAS = {
    "task": "tasks/**/e.json",
    "service": "services/**/e.json",
    "model": "models/**/e.json",
    "database": "databases/**/e.json",
    "app": "app.json",
}
HEAD = """# The same mistakes, elsewhere

Made by `scripts/compared.py` from the {cases} trees in `tests/trees/bad` that need no
database, each with one mistake (one has several). Given to check-jsonschema {peer} with our
schemas, which see one file at a time, and to a plain Python import of every
file of the tree that could be run, which sees code and no `e.json`. A cell says
what is reported, and where; a dash, that nothing is.

| | finds | says where by |
| --- | ---: | --- |
| `jittask validate` | {ours} | line and column |
| check-jsonschema | {schema} | JSON path, and nothing for a file that is no JSON |
| a plain import | {imports} | line |

| case | jittask | check-jsonschema | a plain import |
| --- | --- | --- | --- |
"""
IMPORT = """
import importlib, pathlib, sys, traceback
sys.dont_write_bytecode = True
root = pathlib.Path(sys.argv[1])
from jittask.prelude.install import install
from jittask.model import AppContents, AppSettings
install(AppContents(AppSettings(), {}, {}, {}), root, root)
for file in sorted(root.rglob("*.py")):
    name = ".".join(file.relative_to(root).with_suffix("").parts)
    try:
        importlib.import_module(name)
    except BaseException as error:
        line = getattr(error, "lineno", None)
        if line is None:
            frames = traceback.extract_tb(error.__traceback__)
            inside = [one for one in frames if str(root) in one.filename]
            line = inside[-1].lineno if inside else 0
            where = inside[-1].filename if inside else str(file)
        else:
            where = error.filename or str(file)
        print(f"{type(error).__name__}\\t{pathlib.Path(where).relative_to(root)}:{line}")
        break
"""


def main() -> None:
    TARGET.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {TARGET}\n")


def page() -> str:
    cases = sorted(path.parent for path in BAD.glob("*/expected.txt") if not _connects(path))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(row, cases))
    peer = subprocess.run(
        [tool("check-jsonschema"), "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[-1]
    head = HEAD.format(
        cases=len(rows),
        peer=peer,
        ours=sum(one[1] != "–" for one in rows),
        schema=sum(one[2] != "–" for one in rows),
        imports=sum(one[3] != "–" for one in rows),
    )
    return head + "".join(f"| {' | '.join(one)} |\n" for one in rows)


def _connects(expected: Path) -> bool:
    """Whether a case is about a database, which no tool for files can see."""
    return "--connect" in expected.read_text(encoding="utf-8")


def row(case: Path) -> tuple[str, str, str, str]:
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place).resolve() / "tree"
        shutil.copytree(case, tree)
        (tree / "expected.txt").unlink()
        for line in (case / "expected.txt").read_text(encoding="utf-8").splitlines():
            if line.startswith("$ ") and not line.startswith("$ jittask"):
                subprocess.run(line[2:], shell=True, cwd=tree, check=True)
        return case.name, ours(tree), schema(tree), imported(tree)


def ours(tree: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "jittask", "validate", tree, "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = json.loads(done.stdout)["diagnostics"]
    return told([f"`{one['code']}` {one['file']}:{one['line']}:{one['column']}" for one in found])


def schema(tree: Path) -> str:
    found: list[str] = []
    for name, pattern in SCHEMAS.items():
        files = sorted(tree.glob(pattern))
        if not files:
            continue
        command = [tool("check-jsonschema"), "-o", "json", "--schemafile"]
        command += [ROOT / f"schemas/{name}.schema.json", *files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            continue
        try:
            report = json.loads(done.stdout)
        except ValueError:
            found.append("it ends: " + plain(done.stderr.strip().splitlines()[-1], tree))
            continue
        for one in report.get("errors", []):
            file = Path(one["filename"]).relative_to(tree)
            found.append(f"{plain(one['message'], tree)} ({file} `{one['path']}`)")
        unread = report.get("parse_errors", [])
        found += [plain(one["message"].splitlines()[0], tree) for one in unread]
    return told(found)


def imported(tree: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, tree], capture_output=True, text=True, check=False
    )
    return told([line.replace("\t", " ") for line in done.stdout.splitlines()])


def told(found: list[str]) -> str:
    if not found:
        return "–"
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return found[0] + more


def plain(text: str, tree: Path) -> str:
    """Return the start of a message: its paths relative to the tree, which is temporary."""
    return re.sub(r"[|`\s]+", " ", text.replace(f"{tree}/", ""))[:60]


def tool(name: str) -> Path:
    return Path(sys.executable).parent / name


if __name__ == "__main__":
    main()
