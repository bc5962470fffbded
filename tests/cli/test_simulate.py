"""``simulate`` on the command line: what it prints, writes and ends with (V1, V5, V9)."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.running import jittask_here
from tests.tree import Tree

FAILS = "def customFunc(rowData):\n    print('hello')\n    raise ValueError('no\\x1b[2J')\n"
ROWS = {"Thing": [{"id": 1, "name": "a", "at": "2026-05-04 10:00:00"}]}
DAY = ("--from", "2026-05-04", "--to", "2026-05-04")


@pytest.fixture
def shop(tree: Tree) -> Tree:
    tree.things()
    tree.scheduled("Daily")
    tree.dated("Row")
    tree.write("../rows.json", ROWS)
    return tree


def simulate(tree: Tree, *arguments: object, code: int = 0) -> str:
    done = jittask_here("simulate", tree.root, *arguments, NO_COLOR="1")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def rows_of(tree: Tree) -> Path:
    return tree.root.parent / "rows.json"


def test_text(shop: Tree) -> None:
    assert simulate(shop, *DAY, "--data", rows_of(shop)) == (
        "Mon 2026-05-04\n"
        "  09:00:00  tasks.Daily  fires\n"
        "  10:00:00  tasks.Row  row 1  fires\n"
        "\n"
        "TASK         RUNS     FIRST                LAST\n"
        "tasks.Daily  1 fires  2026-05-04 09:00:00  2026-05-04 09:00:00\n"
        "tasks.Row    1 fires  2026-05-04 10:00:00  2026-05-04 10:00:00\n"
    )


def test_functions_are_called_only_with_run(shop: Tree, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    shop.scheduled("Daily", f"def customFunc():\n    open({str(sent)!r}, 'a').write('x')\n")
    simulate(shop, *DAY, "--data", rows_of(shop))
    assert not sent.exists()
    simulate(shop, *DAY, "--data", rows_of(shop), "--run")
    assert sent.read_text() == "x"


def test_a_failure_ends_with_1_and_shows_its_traceback(shop: Tree) -> None:
    shop.dated("Row", FAILS)
    shown = simulate(shop, *DAY, "--data", rows_of(shop), "--run", "--task", "Row", code=1)
    assert "tasks.Row row 1 failed at 2026-05-04 10:00:00" in shown
    assert "ValueError: no" in shown
    assert "\x1b" not in shown
    assert "hello" not in shown


def test_lines_for_programs(shop: Tree) -> None:
    shop.dated("Row", FAILS)
    shown = simulate(shop, *DAY, "--data", rows_of(shop), "--run", "--format", "jsonl", code=1)
    lines = [json.loads(line) for line in shown.splitlines()]
    assert [line["event"] for line in lines] == ["run", "run", "summary"]
    run = lines[1]
    assert (run["task"], run["row"], run["status"], run["reason"], run["output"]) == (
        "tasks.Row", "1", "failed", "error", "hello\n",
    )  # fmt: skip
    assert run["at"] == run["nominal"] == "2026-05-04T10:00:00+00:00"
    assert lines[2]["tasks"] == {"tasks.Daily": {"completed": 1}, "tasks.Row": {"failed": 1}}


SCENARIO = {"from": "2026-05-04", "to": "2026-05-04", "tree": "app", "rows": ROWS}


def scenario(tree: Tree, name: str, **parts: object) -> Path:
    return tree.write(f"../{name}", {**SCENARIO, **parts})


def test_scenarios_pass_and_fail_with_their_places(
    shop: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = scenario(shop, "good.json", title="Good", expect=[{"task": "Row", "count": 1}])
    bad = scenario(shop, "bad.json", expect=[{"task": "Row", "firings": ["+11h"]}])
    broken = scenario(shop, "broken.json", expect=[{"task": "Rwo", "count": 1}])
    monkeypatch.chdir(good.parent)
    done = jittask_here("simulate", "--scenario", good, bad, broken, NO_COLOR="1")
    assert done.returncode == 1
    shown = done.stdout
    for line in (
        "ok  good.json: Good (2 firings)",
        "failed  bad.json: bad (2 firings)",
        "bad.json:18:9 tasks.Row: expected 1 firing, got 1",
        "    + 2026-05-04 10:00:00  row 1",
        "    - 2026-05-04 11:00:00",
    ):
        assert line in shown
    assert "broken.json:16:15 error [bad-value] no task 'Rwo'" in shown


def test_one_good_scenario_ends_with_0(shop: Tree) -> None:
    path = scenario(shop, "good.json", expect=[{"task": "Row", "count": 1}])
    assert jittask_here("simulate", "--scenario", path).returncode == 0


def test_junit(shop: Tree) -> None:
    good = scenario(shop, "good.json", expect=[{"task": "Row", "count": 1}])
    bad = scenario(shop, "bad.json", title="Bad", expect=[{"task": "Row", "count": 2}])
    done = jittask_here("simulate", "--format", "junit", "--scenario", good, "--scenario", bad)
    suites = ET.fromstring(done.stdout)
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    failure = suites.find(".//testcase[@name='Bad']/failure")
    assert failure is not None
    assert "expected 2 firings, got 1" in (failure.get("message") or "")


def test_what_fires_is_written_and_then_passes(shop: Tree) -> None:
    path = shop.root.parent / "new.json"
    simulate(shop, *DAY, "--data", rows_of(shop), "--scenario", path, "--write-expect")
    made = json.loads(path.read_text())
    assert (made["tree"], made["data"]) == ("app", "rows.json")
    assert made["expect"] == [
        {"task": "Daily", "firings": ["2026-05-04 09:00:00"]},
        {"task": "Row", "firings": [{"at": "2026-05-04 10:00:00", "row": 1}]},
    ]
    assert jittask_here("simulate", "--scenario", path).returncode == 0
    shop.scheduled("Daily", timing={"startTime": "2026-01-05 08:00:00"})
    assert jittask_here("simulate", "--scenario", path).returncode == 1
    assert jittask_here("simulate", "--scenario", path, "--write-expect").returncode == 0
    assert '"2026-05-04 08:00:00"' in path.read_text()
    assert jittask_here("simulate", "--scenario", path).returncode == 0


def test_all_else_of_a_scenario_stays_as_it_is_written(shop: Tree) -> None:
    text = (
        '{ "from":"2026-05-04", "to":"2026-05-04","tree": "app",\n'
        '  "expect": [ ],  "rows": {"Thing": []}}\n'
    )
    path = shop.write("../odd.json", text)
    assert jittask_here("simulate", "--scenario", path, "--write-expect").returncode == 0
    before, _, after = path.read_text().partition('"expect": [')
    assert before == text.partition('"expect": [')[0]
    assert after.endswith('],  "rows": {"Thing": []}}\n')


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--write-expect"], "this needs --scenario FILE"),
        (["--format", "junit"], "this needs --scenario FILE"),
        (["--from", "2026-05-05", "--to", "2026-05-04"], "--to: the end is before the beginning"),
        (["--from", "soon"], "--from: expected a date such as"),
        (["--scenario", "none.json", "--write-expect"], "none.json is new: it needs --from and --to"),
    ],
)  # fmt: skip
def test_wrong_use(
    shop: Tree, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.root.parent)
    done = jittask_here("simulate", shop.root, *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def test_a_scenario_has_its_own_time(shop: Tree) -> None:
    path = scenario(shop, "good.json")
    done = jittask_here("simulate", "--scenario", path, "--from", "2026-05-04")
    assert (done.returncode, "has its own time" in done.stderr) == (2, True)
    assert jittask_here("simulate", "--scenario", path.with_name("no.json")).returncode == 1


def test_the_scenarios_of_the_sample_app_pass() -> None:
    elements = Path(__file__).parents[2] / "elements"
    files = sorted((elements / "scenarios").glob("*.json"))
    done = jittask_here("simulate", *(part for file in files for part in ("--scenario", file)))
    assert (done.returncode, done.stdout.count("ok  ")) == (0, len(files))
    assert files


def test_ctrl_c_ends_with_130(shop: Tree) -> None:
    shop.scheduled("Daily", "def customFunc():\n    raise KeyboardInterrupt\n")
    simulate(shop, *DAY, "--data", rows_of(shop), "--run", code=130)
