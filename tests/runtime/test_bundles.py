"""How versions are laid out: what is read, what is written, and what no copy may hold (H4)."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledApp
from jittask.runtime import bundles as module
from jittask.runtime.bundles import BundleChanged, Bundles
from tests.tree import Tree


@pytest.fixture
def app(tree: Tree) -> CompiledApp:
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write("services/S/service.py", "def run():\n    return 1\n")
    code = "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('services.S').run()\n"
    for name in ("A", "B", "deep/C"):
        tree.scheduled(name, code)
    return compile_tree(tree.root).app


@pytest.fixture
def bundles(tree: Tree) -> Bundles:
    return Bundles(tree.root / ".jittask")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_bundle_holds_its_files_read_only(tree: Tree, app: CompiledApp, bundles: Bundles) -> None:
    assert bundles.lay_out_all(app.tasks.values(), tree.root, app.settings) == {}
    for task in app.tasks.values():
        found = files_in(bundles.path(task.version))
        assert set(found) == {*task.bundle, "app.json"}
        for name in task.bundle:
            assert found[name] == (tree.root / name).read_bytes()
            assert not (bundles.path(task.version) / name).stat().st_mode & 0o222


def test_a_file_that_many_need_is_read_once(
    tree: Tree, app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    original = module._content

    def reading(path: str) -> bytes:
        read[Path(path).name] += 1
        return original(path)

    monkeypatch.setattr(module, "_content", reading)
    bundles.lay_out_all(app.tasks.values(), tree.root, app.settings)
    assert read["service.py"] == 1
    read.clear()
    bundles.lay_out_all(app.tasks.values(), tree.root, app.settings)
    assert not read


@pytest.mark.parametrize("large_bytes", [0, 10**6])
def test_what_has_changed_since_it_was_compiled_is_no_version(
    tree: Tree,
    app: CompiledApp,
    bundles: Bundles,
    monkeypatch: pytest.MonkeyPatch,
    large_bytes: int,
) -> None:
    monkeypatch.setattr(module, "_LARGE_BYTES", large_bytes)
    task = app.tasks["tasks.A"]
    (tree.root / "services/S/service.py").write_text("def run():\n    return 2\n")
    with pytest.raises(BundleChanged):
        bundles.lay_out(task, tree.root, app.settings)
    (tree.root / "services/S/service.py").unlink()
    with pytest.raises(BundleChanged):
        bundles.lay_out_all([task], tree.root, app.settings)
    assert not bundles.has(task.version)
    assert list((tree.root / ".jittask").rglob("*")) in ([], [tree.root / ".jittask/bundles"])


def test_a_large_file_that_changes_while_it_is_copied_is_no_version(
    tree: Tree, app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LARGE_BYTES", 0)
    copyfile = shutil.copyfile

    def changing(source: Path, target: Path) -> None:
        source.write_text("other")
        copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", changing)
    task = app.tasks["tasks.A"]
    with pytest.raises(BundleChanged):
        bundles.lay_out(task, tree.root, app.settings)
    assert list((tree.root / ".jittask/bundles").iterdir()) == []


def test_a_file_of_one_task_that_cannot_be_read_costs_that_task_alone(
    tree: Tree, app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = module._content

    def reading(path: str) -> bytes:
        if path == str(tree.root / "tasks/B/inner.py"):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(module, "_content", reading)
    failed = bundles.lay_out_all(app.tasks.values(), tree.root, app.settings)
    assert set(failed) == {"tasks.B"}
    assert bundles.has(app.tasks["tasks.A"].version)


def test_a_bundle_may_have_a_grace_that_the_retention_of_its_app_allows(tmp_path: Path) -> None:
    """It is compiled alone, where ``retentionDays`` of the app is not known otherwise."""
    tree = Tree(tmp_path / "app", retentionDays={"completed": 400, "failed": 365, "skipped": 500})
    tree.scheduled("A", policy={"graceSeconds": 86400 * 365})
    app = compile_tree(tree.root).app
    task = app.tasks["tasks.A"]
    bundles = Bundles(tree.root / ".jittask")
    assert bundles.lay_out_all([task], app.root, app.settings) == {}
    assert "tasks.A" in compile_tree(bundles.path(task.version)).app.tasks
