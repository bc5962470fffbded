"""The dashboard and the alert rules that are shipped ask for metrics that there are (R13)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from jittask.metrics.catalog import CATALOG

DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus/jittask.rules.yml"
DASHBOARD = DEPLOY / "grafana/jittask.json"
OF_THE_PROCESS = {"process_cpu_seconds_total", "process_resident_memory_bytes"}
_NAME = re.compile(r"\b(?:jittask|process|python)_[a-z_]+\b")


def alert_expressions() -> list[str]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def panel_expressions() -> list[str]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def promtool(*arguments: object) -> str:
    """Run Prometheus' own checker."""
    found = shutil.which("promtool")
    if found is None:
        words = "promtool (Debian: prometheus) is not installed"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    done = subprocess.run(
        [found, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("expression", alert_expressions() + panel_expressions())
def test_an_expression_names_metrics_that_there_are(expression: str) -> None:
    known = {name for metric in CATALOG for name in metric.samples}
    named = set(_NAME.findall(expression))
    assert named
    assert named <= known | OF_THE_PROCESS


def test_labels_that_are_compared_are_labels_of_the_metric() -> None:
    labels = {name: {*metric.labels, "job", "le"} for metric in CATALOG for name in metric.samples}
    for expression in alert_expressions() + panel_expressions():
        for name, inside in re.findall(r"(jittask_[a-z_]+)\{([^}]*)\}", expression):
            assert set(re.findall(r"(\w+)\s*=~?\s*\"", inside)) <= labels[name], expression


def test_each_panel_lies_beside_the_others() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_there_are_three_alerts() -> None:
    assert len(alert_expressions()) == 3


def test_promtool_accepts_the_rules() -> None:
    assert "3 rules found" in promtool("check", "rules", RULES)


def test_the_alerts_fire_and_end_when_they_should() -> None:
    promtool("test", "rules", DEPLOY / "prometheus/jittask.rules.test.yml")


def test_promtool_can_read_each_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {
            "record": f"panel:{n}",
            "expr": expression.replace("$__rate_interval", "5m").replace("$job", ".+"),
        }
        for n, expression in enumerate(panel_expressions())
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)
