"""The docs are true: pages that are generated are current, examples validate, commands exist."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask import compile_tree, zonedata
from jittask.cli.main import _COMMANDS
from jittask.compiler.compiled import ScheduledTask
from jittask.model import Retention
from jittask.prelude.context import FailedRun
from jittask.schedule import calendars
from scripts.reference import TARGET, pages
from tests.running import jittask_here
from tests.schedule.cases import CASES
from tests.tree import Tree

ROOT = Path(__file__).parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", pages())
def test_generated_pages_are_current(name: str) -> None:
    assert (TARGET / name).read_text(encoding="utf-8") == pages()[name], "run scripts/reference.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_links_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for command in re.findall(r"(?:`|^\S*/)jittask ([a-z]+)", text, re.MULTILINE):
        assert command in _COMMANDS, f"{page.name}: jittask {command}"
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


VIEWS = sorted((ROOT / "jittask/operations/views").glob("*.py"))


@pytest.mark.parametrize("view", VIEWS, ids=lambda path: path.stem)
def test_every_key_of_a_view_is_in_the_design(view: Path) -> None:
    text = (ROOT / "docs/design/output.md").read_text(encoding="utf-8")
    keys = {
        key.value
        for node in ast.walk(ast.parse(view.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    assert not {key for key in keys if f'"{key}"' not in text and f"`{key}`" not in text}


OUR_TOPS = {path.name for path in (*ROOT.iterdir(), *(ROOT / "jittask").iterdir())}
"""What the path of a file of ours begins with: a page may leave ``jittask/`` out."""


def places(text: str) -> set[str]:
    """Return the files and folders of ours that a page names in backticks."""
    named = re.findall(r"`([\w.-]+(?:/[\w.-]+)+/?)`", text)
    return {path for path in named if path.partition("/")[0] in OUR_TOPS - {"elements"}}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_places_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = {
        path
        for path in places(text)
        if not (ROOT / path).exists() and not (ROOT / "jittask" / path).exists()
    }
    assert not missing


def test_a_place_is_seen() -> None:
    text = "`runtime/gone.py`, `jittask/store`, `tests/trees/bad/`, `tasks/Hello/e.json` and `a/b`"
    assert places(text) == {"runtime/gone.py", "jittask/store", "tests/trees/bad/"}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs/how-to/write-a-task.md"], ids=lambda p: p.name
)
def test_examples_validate(page: Path, tree: Tree) -> None:
    text = page.read_text(encoding="utf-8")
    tree.write("app.json", {"settings": {"timezone": "UTC", "calendar": "CN"}})
    tree.things()
    model = (tree.root / "models/Thing/model.py").read_text()
    fields = '    customer = datatypes.Stext(name="customer")\n    status = datatypes.Stext(name="status")\n    expiryDate = datatypes.Date(name="expiryDate")\n'
    tree.write(
        "models/Contract/e.json", {"type": "models.NormalType", "title": "C", "db": "databases.D"}
    )
    tree.write("models/Contract/model.py", model.replace("Thing", "Contract") + fields)
    examples = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    bodies = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for n, (example, body) in enumerate(zip(examples, bodies, strict=True)):
        tree.write(f"tasks/T{n}/e.json", json.loads(example))
        tree.write(f"tasks/T{n}/inner.py", body)
    assert compile_tree(tree.root, imports=True).diagnostics == ()


def test_the_six_jobs_of_other_schedulers_validate_and_fire(tree: Tree) -> None:
    text = (ROOT / "docs/how-to/coming-from.md").read_text(encoding="utf-8")
    examples = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    tree.things()
    fields = {
        "Contract": 'status = datatypes.Stext(name="status")\n    endsOn = datatypes.Date(name="endsOn")',
        "Invoice": 'paid = datatypes.Numeric(name="paid")\n    dueAt = datatypes.Datetime(name="dueAt")',
    }
    model = (tree.root / "models/Thing/model.py").read_text()
    for name, more in fields.items():
        head = {"type": "models.NormalType", "title": name, "db": "databases.D"}
        tree.write(f"models/{name}/e.json", head)
        tree.write(f"models/{name}/model.py", f"{model.replace('Thing', name)}    {more}\n")
    for number, example in enumerate(examples, start=1):
        parameter = "row" if example["type"] == "tasks.DateFieldType" else ""
        tree.write(f"tasks/Job{number}/e.json", example)
        tree.write(f"tasks/Job{number}/inner.py", f"def customFunc({parameter}):\n    pass\n")
    compilation = compile_tree(tree.root, imports=True)
    assert compilation.diagnostics == ()
    since = datetime(2026, 4, 29, tzinfo=UTC)
    first = {
        name: task.timer.after(since)
        for name, task in compilation.app.tasks.items()
        if isinstance(task, ScheduledTask)
    }
    assert {name: each and f"{each.effective:%d.%m. %H:%M}" for name, each in first.items()} == {
        "tasks.Job1": "29.04. 02:00",
        "tasks.Job2": "29.04. 08:00",
        "tasks.Job3": "30.04. 18:00",
        "tasks.Job6": "01.03. 03:00",
    }


def test_the_examples_of_plan_and_explain_are_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "docs/how-to/plan-and-explain.md").read_text(encoding="utf-8")
    ignored = shutil.ignore_patterns(".jittask", "*.db", "__pycache__")
    shutil.copytree(ROOT / "elements", tmp_path / "elements", ignore=ignored)
    for command in ("init -q", "add -A", "-c user.name=t -c user.email=t commit -q -m t"):
        subprocess.run(["git", "-C", str(tmp_path), *command.split()], check=True)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(console|json)\n(.*?)```", text, re.DOTALL)
    env = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en", "NO_COLOR": "1"}
    for kind, block in blocks:
        if kind == "json":
            manifest = json.loads(Path("elements/app.json").read_text(encoding="utf-8"))
            manifest["settings"]["calendar"] = json.loads(block)
            Path("elements/app.json").write_text(json.dumps(manifest), encoding="utf-8")
            continue
        line, _, expected = block.removeprefix("$ ").partition("\n")
        program, *arguments = line.split()
        if program == "export":
            env |= dict([arguments[0].split("=")])
            continue
        done = jittask_here(*arguments, **env)
        assert done.returncode == 0, done.stderr
        assert re.fullmatch(printed(expected), done.stdout), f"{line}\n{done.stdout}"
    assert len(blocks) == 9


@pytest.mark.parametrize("name", ["install", "operate"])
def test_the_commands_of_a_page_work_in_their_order(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / f"docs/how-to/{name}.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ jittask (.*)$", text, re.MULTILINE)
    assert commands
    if name == "operate":
        commands = ["init shop", "run shop --once", *commands]
    for command in commands:
        done = jittask_here(*command.split())
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_the_example_of_retention_validates(tree: Tree) -> None:
    text = (ROOT / "docs/how-to/operate.md").read_text(encoding="utf-8")
    [example] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    tree.write("app.json", json.loads(example))
    compilation = compile_tree(tree.root)
    assert compilation.diagnostics == ()
    assert compilation.app.settings.retention == Retention(30, 365, 7, 90, 2000)


def printed(expected: str) -> str:
    """A pattern of it: … is any lines, and what differs from day to day is left open."""
    pattern = re.escape(expected).replace("…\\\n", "(?s:.*)")
    for varies, kind in (("1a2b3c4d5e", "[0-9a-f]{10}"), ("2026f", r"\w+"), (r"0\.109", r"[\d.]+")):
        pattern = pattern.replace(varies, kind)
    return pattern


def test_the_example_of_a_failure_validates(tree: Tree) -> None:
    text = (ROOT / "docs/how-to/when-a-run-fails.md").read_text(encoding="utf-8")
    [task] = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    [service] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    tree.scheduled("Nightly")
    tree.write("tasks/Nightly/e.json", json.loads(task))
    tree.write("services/Alerts/e.json", {"type": "services.NormalType", "title": "Alerts"})
    tree.write("services/Alerts/service.py", service)
    assert compile_tree(tree.root, imports=True).diagnostics == ()
    fields = {one.name for one in dataclasses.fields(FailedRun)}
    assert fields <= set(re.findall(r"`(\w+)`", text))


def test_the_comparison_has_every_case() -> None:
    """``make docs`` writes it; it takes half a minute, so only the cases are compared here."""
    text = (ROOT / "docs/reference/compared.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([a-z][\w-]*) \| ", text.partition("| case |")[2], re.MULTILINE)
    assert told == sorted(
        path.parent.name
        for path in (ROOT / "tests/trees/bad").glob("*/expected.txt")
        if "--connect" not in path.read_text(encoding="utf-8")
    )


def test_the_comparison_of_timing_has_every_case() -> None:
    text = (ROOT / "docs/reference/timing-compared.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| ([A-Z]\d) \| (.*?) \| right \| ", text, re.MULTILINE)
    assert told == [(case.rule, case.name) for case in CASES], "run scripts/timing_compared.py"


def test_the_comparison_of_timing_is_current() -> None:
    for peer in ("apscheduler", "croniter"):
        pytest.importorskip(peer)
    from scripts.timing_compared import page

    text = (ROOT / "docs/reference/timing-compared.md").read_text(encoding="utf-8")
    if f"tz {zonedata.edition()}, holidays of `holidays` {calendars.edition()}" not in text:
        pytest.skip("other editions are installed than the page tells of")
    assert page() == text, "run scripts/timing_compared.py"
