"""The files for systemd and for containers fit the program (R7)."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jittask.cli.exit_codes import VARIABLES
from jittask.cli.main import _COMMANDS
from jittask.compiler.environment_settings import setting_variables
from jittask.model import RuntimeSettings
from scripts.try_containerfile import Stage, stages

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy/systemd/jittask.service"
COMPOSE = ROOT / "deploy/compose.yaml"
DRAIN = RuntimeSettings().drain_seconds
_OUTCOMES = 5.0
"""Seconds that a stop may take to write outcomes to a store that does not answer at first."""


def known_variable(name: str) -> bool:
    return name in VARIABLES or name in setting_variables()


def unit() -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    text = UNIT.read_text(encoding="utf-8").replace("/opt/jittask/bin/jittask", "/bin/true")
    (tmp_path / "jittask.service").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "jittask.service"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_gives_a_stop_its_time() -> None:
    service = unit()
    assert service["Type"] == "notify"
    assert service["KillMode"] == "mixed"  # the runtime ends its worker processes itself
    assert float(service["TimeoutStopSec"]) > DRAIN + _OUTCOMES
    assert service["ExecStart"].split()[1] in _COMMANDS
    assert all(
        known_variable(word.partition("=")[0])
        for word in service["Environment"].split()
        if word.startswith("JITTASK_")
    )


def test_the_compose_file_has_its_form() -> None:
    subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
         str(COMPOSE)],
        check=True, capture_output=True,
    )  # fmt: skip


def test_the_services_of_the_compose_file_fit_the_image() -> None:
    services = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
    assert services.keys() == {"runtime", "console", "store"}
    for name in ("runtime", "console"):
        service = services[name]
        assert service["command"][0] in _COMMANDS
        assert service["read_only"] is True
        assert [mount for mount in service["volumes"] if mount.endswith(":/app:ro")]
        assert "healthcheck" in service
        assert all(known_variable(key) for key in service["environment"])
    assert float(services["runtime"]["stop_grace_period"].rstrip("s")) > DRAIN + _OUTCOMES


def last_stage() -> Stage:
    return stages((ROOT / "Containerfile").read_text(encoding="utf-8"))[-1]


def test_the_image_runs_as_nobody_special_and_keeps_its_state_apart() -> None:
    last = last_stage()
    assert last.last("USER") == "10001:10001"
    assert json.loads(last.last("ENTRYPOINT")) == ["jittask"]
    assert json.loads(last.last("CMD"))[0] in _COMMANDS
    assert last.environment["JITTASK_STATE_DIR"] == last.last("VOLUME") == "/state"
    ours = [name for name in last.environment if name.startswith("JITTASK_")]
    assert all(map(known_variable, ours))
    health = json.loads(last.last("HEALTHCHECK").partition("CMD ")[2])
    assert health == ["jittask", "status", "--quiet"]


def test_what_the_image_is_built_of_is_there() -> None:
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    copied = [text for stage in stages((ROOT / "Containerfile").read_text(encoding="utf-8"))
              for name, text in stage.steps if name == "COPY" and "--from" not in text]  # fmt: skip
    for text in copied:
        for path in text.split()[:-1]:
            assert (ROOT / path).exists()
            assert f"!{path}" in ignored
    assert re.search(r"^\*$", "\n".join(ignored), re.MULTILINE)
