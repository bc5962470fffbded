"""The formats of ``validate``, against what reads them (V1, section 10)."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from unittest.mock import patch
from xml.etree import ElementTree as ET

import jsonschema
import junitparser
import pytest

from jittask.cli.reports import Report, written
from jittask.compiler.import_check import judge
from tests.javascript import installed, node
from tests.running import jittask
from tests.tree import Tree

pytestmark = pytest.mark.process
TREES = Path(__file__).parents[1] / "trees/bad"
SEVERAL = TREES / "several-at-once"


def report(shape: str, tree: Path = SEVERAL, **more: object) -> str:
    return jittask("validate", "--no-import", "--no-cache", tree, "--format", shape, **more).stdout  # type: ignore[arg-type]


@pytest.fixture
def odd(tree: Tree) -> Tree:
    """Titles, names and values that formats have to escape."""
    tree.scheduled("A", None, title="T", **{"50%, a:b\r\n::error::x": 1, "<&\"'\x01": 2})
    tree.scheduled("B", "def customFunc(a, b):\n    pass\n")
    tree.scheduled("中文", "def customFunc(行):\n    pass\n")
    return tree


def test_json(odd: Tree) -> None:
    data = json.loads(report("json", odd.root))
    assert set(data) == {"diagnostics", "summary"}
    assert {"errors": 2, "warnings": 2, "elements": 3}.items() <= data["summary"].items()
    keys = {"code", "severity", "message", "hint", "file", "line", "column", "endLine", "endColumn",
            "pointer", "element"}  # fmt: skip
    assert all(set(one) == keys for one in data["diagnostics"])
    places = [(one["file"], one["line"], one["column"]) for one in data["diagnostics"]]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "tree_name", ["several-at-once", "not-utf8--utf-16", "no-manifest", "too-many-parameters"]
)
def test_sarif_meets_its_official_schema(tree_name: str) -> None:
    folder = installed() / "schemastore/schemas/json"
    schema = json.loads((folder / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    log = json.loads(report("sarif", TREES / tree_name))
    jsonschema.validators.validator_for(schema)(schema).validate(log)
    run = log["runs"][0]
    assert run["results"]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) < (
            region["endLine"],
            region["endColumn"],
        )


def test_sarif_of_odd_names(odd: Tree) -> None:
    log = json.loads(report("sarif", odd.root, cwd=odd.root))
    uris = [
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for one in log["runs"][0]["results"]
    ]
    assert "tasks/%E4%B8%AD%E6%96%87/inner.py" in uris


def test_github_commands_are_those_of_githubs_own_library(odd: Tree) -> None:
    ours = report("github", odd.root, cwd=odd.root).splitlines()
    data = json.loads(report("json", odd.root))["diagnostics"]
    theirs = node(
        "annotate.mjs",
        [
            {
                "level": one["severity"],
                "message": "\n".join(filter(None, (one["message"], one["hint"]))),
                "properties": {
                    "title": f"jittask: {one['code']}",
                    "file": one["file"],
                    "startLine": one["line"],
                    "endLine": one["endLine"],
                    "startColumn": one["column"],
                    "endColumn": one["endColumn"],
                },
            }
            for one in data
        ],
    ).splitlines()

    def parts(line: str) -> tuple[str, frozenset[str], str]:
        found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert found, line
        return found[1], frozenset(found[2].split(",")), found[3]

    assert [parts(line) for line in ours] == [parts(line) for line in theirs]


def test_github_paths_are_the_repositorys(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "repository/app/tree")
    tree.scheduled("A", enable=7)
    [line] = report("github", tree.root, cwd=tmp_path / "repository").splitlines()
    assert "file=app/tree/tasks/A/e.json," in line


def test_junit_as_its_readers_read_it(odd: Tree, tmp_path: Path) -> None:
    target = tmp_path / "report.xml"
    done = jittask("validate", "--no-import", odd.root, "--format", "junit", "--output", target)
    assert done.returncode == 1
    assert "2 errors and 2 warnings" in done.stderr
    [suite] = junitparser.JUnitXml.fromfile(str(target))
    cases = {case.name: case for case in suite}
    assert set(cases) == {"app", "A", "B", "中文"}
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (4, 2, 0, 0)
    [failure] = cases["B"].result
    assert isinstance(failure, junitparser.Failure)
    assert failure.type == "too-many-parameters"
    assert "tasks/B/inner.py:1:5" in (failure.text or "")
    assert cases["app"].is_passed
    assert "unknown-key" in (cases["A"].system_out or "")


def test_every_report_of_a_sound_tree_says_so(tree: Tree) -> None:
    tree.scheduled("A")
    assert json.loads(report("json", tree.root))["diagnostics"] == []
    assert json.loads(report("sarif", tree.root))["runs"][0]["results"] == []
    assert report("github", tree.root) == ""
    assert ET.fromstring(report("junit", tree.root)).attrib["failures"] == "0"


def test_the_same_mistakes_in_every_format() -> None:
    wanted = sorted(one["code"] for one in json.loads(report("json"))["diagnostics"])
    assert len(wanted) >= 6
    results = json.loads(report("sarif"))["runs"][0]["results"]
    assert sorted(one["ruleId"] for one in results) == wanted
    assert sorted(re.findall(r"title=jittask%3A ([\w-]+)", report("github"))) == wanted
    assert sorted(re.findall(r"(?:error|warning) \[([\w-]+)\]", report("junit"))) == wanted
    assert sorted(re.findall(r"(?:error|warning) \[([\w-]+)\]", report("text"))) == wanted


def test_a_long_line_is_shown_around_the_mistake(tree: Tree) -> None:
    tree.scheduled("A", "x = 1; " + "y = '日'; " * 2000 + "print 'x'; " + "z = 3; " * 2000)
    shown = report("text", tree.root).splitlines()
    [caret] = [line for line in shown if line.endswith("^")]
    line = shown[shown.index(caret) - 1]
    assert max(map(len, shown)) < 300
    width = sum(2 if char == "日" else 1 for char in line[: line.index("print")])
    assert caret.index("^") == width


@pytest.mark.parametrize("one_line", [False, True])
def test_a_report_takes_the_time_of_its_findings(tree: Tree, one_line: bool) -> None:
    """A file is read once for all that is said of it, and a line is not gone over again."""

    def seconds(findings: int) -> float:
        tree.scheduled("A")
        e_json = json.loads((tree.root / "tasks/A/e.json").read_text())
        e_json |= {f"colour{n}": "日本" for n in range(findings)}
        tree.write("tasks/A/e.json", json.dumps(e_json, indent=None if one_line else 1))
        report = Report(judge(tree.root), tree.root, 0)
        with patch("pathlib.Path.read_text", autospec=True, side_effect=Path.read_text) as reading:
            began = time.process_time()
            lines = list(written(report, "text"))
        assert reading.call_count == 1
        assert sum("unknown-key" in line for line in lines) == findings
        return time.process_time() - began

    assert seconds(8_000) < 8 * seconds(2_000)  # the square would be 16 times


def test_a_report_that_cannot_be_written_is_one_line(tree: Tree) -> None:
    done = jittask("validate", tree.root, "--no-import", "--output", tree.root / "no/such/folder")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
