"""The build hook makes the page where its sources have changed, and says why where it cannot (C4)."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from hatchling.builders.wheel import WheelBuilder

import hatch_build
from hatch_build import NODE_WHEEL, Failure, PageHook

NEW, OLD = "v22.12.0", "v20.19.4"
NPM = """#!/bin/sh
echo "$@" >> "${0%/*}/calls"
if [ -e "${0%/*}/broken" ]; then
    echo "npm error code ECONNREFUSED"
    echo "npm error request for react failed"
    exit 1
fi
if [ "$1" = ci ]; then mkdir -p node_modules; fi
if [ "$2" = build ]; then mkdir -p ../jittask/web/page; cp index.html ../jittask/web/page; fi
"""


class Checkout:
    """A checkout with a page of one file, and a PATH with a Node.js of some version."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.web = root / "web"
        (self.web / "src").mkdir(parents=True)
        (self.web / "package.json").write_text("{}")
        (self.web / "package-lock.json").write_text("{}")
        (self.web / "index.html").write_text("<p>")
        self.bin = root / "bin"
        self.bin.mkdir()
        for name in ("sh", "mkdir", "cp"):
            (self.bin / name).symlink_to(shutil.which(name) or "")
        monkeypatch.setenv("PATH", str(self.bin))
        monkeypatch.delenv(hatch_build.SKIP, raising=False)
        monkeypatch.setattr(hatch_build, "npm_of_wheel", lambda: None)
        self.node(NEW)

    def node(self, version: str) -> None:
        self._program("node", f"#!/bin/sh\necho {version}\n")
        self._program("npm", NPM)

    def _program(self, name: str, text: str) -> None:
        file = self.bin / name
        file.write_text(text)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def calls(self) -> list[str]:
        """Return what npm was asked since the last call."""
        file = self.bin / "calls"
        if not file.exists():
            return []
        lines = [line.partition(" --")[0] for line in file.read_text().splitlines()]
        file.unlink()
        return lines

    def hook(self) -> PageHook:
        (self.root / "pyproject.toml").write_text("[project]\nname = 'x'\nversion = '0'\n")
        builder = WheelBuilder(str(self.root))
        arguments: tuple[Any, ...] = (builder.config, builder.metadata, "", "wheel", builder.app)
        return PageHook(str(self.root), {}, *arguments)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    return Checkout(tmp_path, monkeypatch)


def test_it_is_built_once_and_again_where_a_source_has_changed(checkout: Checkout) -> None:
    build = hatch_build.build
    build(checkout.root)
    assert checkout.calls() == ["ci", "run build"]
    assert (checkout.root / "jittask/web/page/index.html").read_text() == "<p>"
    build(checkout.root)
    assert checkout.calls() == []
    (checkout.web / "index.html").write_text("<b>")
    build(checkout.root)
    assert checkout.calls() == ["run build"]
    (checkout.web / "src/new.ts").write_text("")
    build(checkout.root)
    assert checkout.calls() == ["run build"]
    (checkout.web / "package-lock.json").write_text("{ }")
    build(checkout.root)
    assert checkout.calls() == ["ci", "run build"]


@pytest.mark.parametrize(
    "path", ["node_modules/react/index.js", "src/a.test.ts", "src/api/schema.d.ts"]
)
def test_what_is_no_source_does_not_matter(checkout: Checkout, path: str) -> None:
    before = hatch_build.stamp_of(checkout.root)
    file = checkout.web / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")
    assert hatch_build.stamp_of(checkout.root) == before


def test_a_renamed_source_is_another(checkout: Checkout) -> None:
    before = hatch_build.stamp_of(checkout.root)
    (checkout.web / "index.html").rename(checkout.web / "other.html")
    assert hatch_build.stamp_of(checkout.root) != before


def test_without_sources_the_page_is_what_it_is(tmp_path: Path) -> None:
    assert hatch_build.is_built(tmp_path)


def test_pip_brings_node_only_where_there_is_none_to_use_and_something_to_build(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checkout.hook().dependencies() == []
    checkout.node(OLD)
    assert checkout.hook().dependencies() == [NODE_WHEEL]
    monkeypatch.setenv(hatch_build.SKIP, "1")
    assert checkout.hook().dependencies() == []
    monkeypatch.delenv(hatch_build.SKIP)
    checkout.node(NEW)
    hatch_build.build(checkout.root)
    (checkout.bin / "node").unlink()
    assert checkout.hook().dependencies() == []
    (checkout.web / "index.html").write_text("<b>")
    assert checkout.hook().dependencies() == [NODE_WHEEL]


def test_a_node_without_npm_is_none(checkout: Checkout) -> None:
    (checkout.bin / "npm").unlink()
    assert checkout.hook().dependencies() == [NODE_WHEEL]
    with pytest.raises(Failure, match=r"^it needs Node\.js 22\.12 or later with npm, or the"):
        hatch_build.build(checkout.root)


def test_a_registry_that_does_not_answer_is_one_line_with_the_way_out(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout.bin / "broken").touch()
    with pytest.raises(SystemExit) as ended:
        checkout.hook().initialize("editable", {})
    assert ended.value.code == 1
    said = capsys.readouterr()
    [line] = (said.out + said.err).splitlines()
    assert "npm ci: npm error request for react failed" in line
    assert "JITTASK_SKIP_PAGE=1 installs without it" in line
    assert not hatch_build.is_built(checkout.root)


def test_the_variable_leaves_the_page_out(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(hatch_build.SKIP, "1")
    checkout.hook().initialize("standard", {})
    assert checkout.calls() == []
    assert not (checkout.root / "jittask").exists()


def test_a_build_that_fails_leaves_no_stamp(checkout: Checkout) -> None:
    hatch_build.build(checkout.root)
    (checkout.web / "index.html").write_text("<b>")
    (checkout.bin / "broken").touch()
    with pytest.raises(Failure):
        hatch_build.build(checkout.root)
    assert not hatch_build.is_built(checkout.root)
    (checkout.bin / "broken").unlink()
    hatch_build.build(checkout.root)
    assert hatch_build.is_built(checkout.root)
