"""What a command imports before it answers (V7): a longer list is a slower start for everyone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import jittask_here
from tests.tree import Tree

MAY_IMPORT = {
    "--help": {"click"},
    "rule": {"click"},
    "validate --no-import": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
    "validate": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
    "next": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
    "explain A0": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
    "list": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
    "status": {"click", "jsonschema_rs", "cronsim", "dateutil", "six", "tzdata"},
}
"""Packages from outside the standard library, by command; for a tree without calendar and store."""

NEVER = {"asyncio", "multiprocessing", "http", "unittest", "sqlite3"}
"""Parts of the standard library that cost much and that nothing here needs."""

READERS = ("status", "records", "log 1", "stats", "list", "next", "explain A0")
"""The read commands, as they are asked of a tree with a run store."""

NEVER_BY_READERS = {
    "alembic",
    "dateutil.rrule",
    "holidays",
    "jittask.runtime",
    "jittask.schedule.cron",
    "jittask.store.claims",
    "jittask.store.finishing",
    "jittask.store.members",
    "jittask.store.plan_writing",
    "jittask.store.plans",
    "jittask.store.pruning",
    "jittask.store.store",
}
"""What writes to the run store, and what computes times of a form that no task has."""

_SCRIPT = """
import sys
from jittask.cli.main import main
sys.argv[0] = "jittask"
try:
    main()
except SystemExit as stop:
    assert stop.code in (0, None) or sys.argv[1] == "status", stop.code
print("\\n", *sys.modules)
"""


@pytest.fixture
def ten(tree: Tree) -> Path:
    tree.things()
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def run():\n    return 1\n")
    for n in range(4):
        tree.scheduled(f"A{n}")
        tree.dated(f"B{n}", filter="Q('name','=','x')")
    tree.scheduled("C", None, {"repeatType": "custom", "cron": "30 9 * * 1-5"})
    return tree.root


def imported(*arguments: object) -> set[str]:
    """Return the packages that a command has imported."""
    return {name.partition(".")[0] for name in modules(*arguments)}


def modules(*arguments: object) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.process
@pytest.mark.parametrize("command", MAY_IMPORT)
def test_no_more_than_what_is_listed(command: str, ten: Path) -> None:
    words = command.split()
    arguments = [*words, ten] if words[0] == "validate" else words
    arguments += ["--tree", ten] if words[0] in ("next", "explain", "list", "status") else []
    found = imported(*arguments)
    foreign = {name for name in found if name not in sys.stdlib_module_names and name[0] != "_"}
    ours = {"jittask", "jittask_editable"}
    assert {name for name in foreign - ours if "editable" not in name} <= MAY_IMPORT[command]
    assert not found & NEVER


@pytest.mark.process
def test_the_process_that_imports_elements_needs_no_database() -> None:
    script = "import jittask.prelude.check, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert not loaded & {
        "sqlalchemy",
        "click",
        "jsonschema_rs",
        "jittask.compiler.build",
        "asyncio",
    }


@pytest.fixture
def with_a_run(ten: Path) -> Path:
    shutil.rmtree(ten / "tasks/C")  # the one task with a cron
    assert jittask_here("trigger", "A0", "--tree", ten).returncode == 0
    return ten


@pytest.mark.process
@pytest.mark.parametrize("command", READERS)
def test_a_read_command_imports_nothing_that_writes_to_the_run_store(
    command: str, with_a_run: Path
) -> None:
    found = modules(*command.split(), "--tree", with_a_run)
    assert "jittask.store.reader" in found
    assert not found & NEVER_BY_READERS


@pytest.mark.process
def test_nothing_is_collected_at_the_end_of_a_command(with_a_run: Path) -> None:
    """What a command has made is frozen when the process ends, by the last of its handlers."""
    script = f"import atexit, gc; atexit.register(lambda: print(gc.get_freeze_count())){_SCRIPT}"
    done = subprocess.run(
        [sys.executable, "-c", script, "records", "--tree", with_a_run],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout.split()[-1]) > 1000


@pytest.mark.process
@pytest.mark.parametrize("command", ["records", "log 1", "stats"])
def test_what_has_run_is_read_without_the_compiler(command: str, with_a_run: Path) -> None:
    found = modules(*command.split(), "--tree", with_a_run)
    assert not found & {
        "jittask.compiler.build",
        "jittask.schedule.timer",
        "jittask.model.elements",
    }
