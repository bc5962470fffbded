"""``list``, ``stats``, ``records`` and ``status`` on the command line: shapes, options, watching."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from jittask import Client
from jittask.cli.table import text_cells
from jittask.errors import InvalidArgument
from tests.running import PATIENCE, jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": "en", "JITTASK_NOW": "2026-05-04T00:00:00+00:00"}


@pytest.fixture
def listed(tree: Tree) -> Tree:
    tree.scheduled("billing/OverdueNotice", title="Remind of what is overdue", tags=["money"])
    tree.scheduled("每日报表", title="每日报表")
    tree.scheduled("Off", enable=0)
    tree.write("tasks/Bad/e.json", "{")
    return tree


def out(*arguments: object, **env: str) -> str:
    done = jittask_here(*arguments, **ENGLISH, **env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_tasks_as_text(listed: Tree) -> None:
    text = out("list", "--tree", listed.root, COLUMNS="100")
    assert all(text_cells(line) <= 100 for line in text.splitlines())
    for name in ("tasks.billing.OverdueNotice", "tasks.每日报表", "tasks.Off", "tasks.Bad"):
        assert sum(line.startswith(f"{name} ") for line in text.splitlines()) == 1
    wide = out("list", listed.root, COLUMNS="200")
    assert "every day at 09:00 UTC from 5 January 2026" in wide
    assert "从2026年1月5日起" in out("list", listed.root, "--lang", "zh", COLUMNS="200")


def test_tasks_as_json_are_filtered_and_paged(listed: Tree) -> None:
    def found(*options: str) -> tuple[list[str], str | None]:
        data = json.loads(out("list", listed.root, "--json", *options))
        return [task["name"] for task in data["tasks"]], data["next"]

    assert found("--tag", "money") == (["tasks.billing.OverdueNotice"], None)
    assert found("--state", "broken") == (["tasks.Bad"], None)
    assert found("--folder", "billing", "--kind", "scheduled")[0] == ["tasks.billing.OverdueNotice"]
    assert found("-n", "2") == (["tasks.Bad", "tasks.Off"], "tasks.Off")
    assert found("-n", "2", "--after", "tasks.Off")[1] is None
    assert jittask_here("list", listed.root, "--state", "happy").returncode == 2
    empty = jittask_here("list", listed.root, "--tag", "none")
    assert (empty.returncode, empty.stderr) == (0, "no such tasks\n")
    assert jittask_here("list", listed.root, "--tag", "none", "-q").stderr == ""


def test_a_failed_run_is_red_and_no_name_is_split(tree: Tree) -> None:
    name = f"reports/{'Long' * 12}"
    tree.scheduled(name, "def customFunc():\n    raise ValueError('no ' + 'reason ' * 30)\n")
    full = f"tasks.{name.replace('/', '.')}"
    jittask("trigger", full, "--tree", tree.root)
    assert jittask("run", tree.root, "--once").returncode == 1
    text = jittask("records", "--tree", tree.root, COLUMNS="100").stdout
    assert full in text
    assert len(text.splitlines()) == 2
    red = jittask("records", "--tree", tree.root, NO_COLOR="", FORCE_COLOR="1").stdout
    assert "\x1b[31mfailed" in red
    [statistic] = json.loads(jittask("stats", tree.root, "--json").stdout)["tasks"]
    assert (statistic["task"], statistic["runs"], statistic["failed"]) == (full, 1, 1)
    assert statistic["duration"]["p95"] >= statistic["duration"]["p50"] > 0
    refused = jittask("stats", "billing.Late")
    assert "billing.Late: no such folder" in refused.stderr
    assert "for one task: jittask stats --task billing.Late" in refused.stderr
    table = jittask("stats", tree.root, "--since", "1h").stdout
    assert table.splitlines()[1].split()[:4] == [full, "1", "1", "0.0%"]
    old = jittask("stats", tree.root, "--since", "2d", "--until", "1d", "--json")
    assert json.loads(old.stdout)["tasks"] == []


def test_a_triggered_row_and_its_filter_have_one_form(tree: Tree) -> None:
    tree.things()
    tree.dated("D")
    insert = (
        "from jittask import app\n\n\ndef customFunc():\n"
        "    app.getElement('models.Thing').create({'name': 'x'})\n"
    )
    tree.scheduled("Fill", insert)
    jittask("trigger", "Fill", "--tree", tree.root)
    jittask("run", tree.root, "--once")
    jittask("trigger", "D", "--row", "1", "--tree", tree.root)
    done = jittask("records", "--row", "1", "--status", "pending", "--tree", tree.root, "--json")
    assert [run["row"] for run in json.loads(done.stdout)["records"]] == ["1"]


@pytest.mark.parametrize("command", ["status", "records"])
def test_watching_ends_cleanly_with_ctrl_c(tree: Tree, command: str) -> None:
    tree.scheduled("A")
    assert jittask("trigger", "A", "--tree", tree.root).returncode == 0
    watching = subprocess.Popen(
        [sys.executable, "-u", "-m", "jittask", command, "--watch", "--tree", str(tree.root)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None
    assert watching.stdout.readline().strip()
    watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=PATIENCE)
    assert (watching.returncode, errors) == (0, "")


def test_next_lists_a_bounded_number(tree: Tree) -> None:
    tree.scheduled("A", repeat={"repeatType": "minute"})
    done = jittask_here("next", "A", "-n", "100001", "--tree", tree.root)
    assert (done.returncode, "1<=x<=100000" in done.stderr) == (2, True)
    with Client(tree.root) as jt, pytest.raises(InvalidArgument, match="expected 0 to 100,000"):
        jt.next("A", limit=100_001)
