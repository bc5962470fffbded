"""How versions are laid out: what is read, what is written, and what no copy may hold (H4)."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from jittask import Runtime
from jittask.compiler import compile_tree
from jittask.compiler.compiled import CompiledApp, CompiledTask
from jittask.runtime import bundle_source
from jittask.runtime import bundles as module
from jittask.runtime.bundle_source import BundleChanged
from jittask.runtime.bundles import Bundles
from jittask.runtime.executors.workplace import BundleUnavailable
from jittask.runtime.packs import Packs
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
    assert bundles.lay_out_all(app.tasks.values(), tree.root) == {}
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
    original = bundle_source._content

    def reading(path: str) -> bytes:
        read[Path(path).name] += 1
        return original(path)

    monkeypatch.setattr(bundle_source, "_content", reading)
    bundles.lay_out_all(app.tasks.values(), tree.root)
    assert read["service.py"] == 1
    read.clear()
    bundles.lay_out_all(app.tasks.values(), tree.root)
    assert not read


@pytest.mark.parametrize("large_bytes", [0, 10**6])
def test_what_has_changed_since_it_was_compiled_is_no_version(
    tree: Tree,
    app: CompiledApp,
    bundles: Bundles,
    monkeypatch: pytest.MonkeyPatch,
    large_bytes: int,
) -> None:
    monkeypatch.setattr(bundle_source, "_LARGE_BYTES", large_bytes)
    task = app.tasks["tasks.A"]
    (tree.root / "services/S/service.py").write_text("def run():\n    return 2\n")
    with pytest.raises(BundleChanged):
        bundles.lay_out(task, tree.root)
    (tree.root / "services/S/service.py").unlink()
    with pytest.raises(BundleChanged):
        bundles.lay_out_all([task], tree.root)
    assert not bundles.has(task.version)
    assert list((tree.root / ".jittask").rglob("*")) in ([], [tree.root / ".jittask/bundles"])


def test_a_large_file_that_changes_while_it_is_copied_is_no_version(
    tree: Tree, app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_source, "_LARGE_BYTES", 0)
    copyfile = shutil.copyfile

    def changing(source: Path, target: Path) -> None:
        source.write_text("other")
        copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", changing)
    task = app.tasks["tasks.A"]
    with pytest.raises(BundleChanged):
        bundles.lay_out(task, tree.root)
    assert list((tree.root / ".jittask/bundles").iterdir()) == []


def test_a_file_of_one_task_that_cannot_be_read_costs_that_task_alone(
    tree: Tree, app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = bundle_source._content

    def reading(path: str) -> bytes:
        if path == str(tree.root / "tasks/B/inner.py"):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(bundle_source, "_content", reading)
    failed = bundles.lay_out_all(app.tasks.values(), tree.root)
    assert set(failed) == {"tasks.B"}
    assert bundles.has(app.tasks["tasks.A"].version)


def test_a_bundle_may_have_a_grace_that_the_retention_of_its_app_allows(tmp_path: Path) -> None:
    """It is compiled alone, where ``retentionDays`` of the app is not known otherwise."""
    tree = Tree(tmp_path / "app", retentionDays={"completed": 400, "failed": 365, "skipped": 500})
    tree.scheduled("A", policy={"graceSeconds": 86400 * 365})
    app = compile_tree(tree.root).app
    task = app.tasks["tasks.A"]
    bundles = Bundles(tree.root / ".jittask")
    assert bundles.lay_out_all([task], app.root) == {}
    assert "tasks.A" in compile_tree(bundles.path(task.version)).app.tasks


# --- many at once


@pytest.fixture
def packed(app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch) -> Bundles:
    """Bundles of which even a few are packed."""
    monkeypatch.setattr(module, "LEAST_PACKED", 2)
    assert bundles.lay_out_all(app.tasks.values(), app.root) == {}
    assert [entry.name for entry in (app.root / ".jittask/bundles").iterdir()] == ["packed"]
    return bundles


def as_written(app: CompiledApp, task: CompiledTask) -> dict[str, bytes]:
    return {name: (app.root / name).read_bytes() for name in task.bundle}


def without_manifest(files: dict[str, bytes] | None) -> dict[str, bytes]:
    assert files is not None
    assert "app.json" in files
    return {name: content for name, content in files.items() if name != "app.json"}


def test_many_versions_are_kept_together_and_each_gets_its_folder_when_asked_for(
    app: CompiledApp, packed: Bundles
) -> None:
    for bundles in (packed, Bundles(app.root / ".jittask")):
        for task in app.tasks.values():
            assert bundles.has(task.version)
            assert without_manifest(bundles.files(task.version)) == as_written(app, task)
    (task, *others) = app.tasks.values()
    folder = packed.path(task.version)
    assert without_manifest(files_in(folder)) == as_written(app, task)
    assert not (folder / "tasks/A/inner.py").stat().st_mode & 0o222
    assert files_in(folder) == packed.files(task.version)
    assert not any((folder.parent / other.version).exists() for other in others)
    assert not packed.has("0" * 64)
    assert packed.files("f" * 64) is None
    with pytest.raises(BundleUnavailable, match="not kept"):
        packed.path("7" * 64)


def test_what_was_packed_is_not_read_again(
    app: CompiledApp, packed: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_source, "_content", None)
    for bundles in (packed, Bundles(app.root / ".jittask")):
        assert bundles.lay_out_all(app.tasks.values(), app.root) == {}


def test_a_content_that_many_need_is_packed_once(app: CompiledApp, packed: Bundles) -> None:
    [contents] = (app.root / ".jittask/bundles/packed").glob("*.files")
    assert packed
    assert contents.read_bytes().count(b"def run()") == 1


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_packed_versions_that_nobody_needs_are_deleted(
    app: CompiledApp, packed: Bundles, kept: int
) -> None:
    tasks = list(app.tasks.values())
    packed.path(tasks[0].version)
    versions = [task.version for task in tasks[:kept]]
    packed.forget_unused(frozenset(versions[:1]), lambda _: frozenset(versions[1:]))
    for bundles in (packed, Bundles(app.root / ".jittask")):
        assert all(bundles.has(version) for version in versions)
        for task in tasks[:kept]:
            assert without_manifest(files_in(bundles.path(task.version))) == as_written(app, task)
        if kept < 2:  # of three
            assert not any(bundles.has(task.version) for task in tasks[kept:])
    assert len(list((app.root / ".jittask/bundles/packed").iterdir())) == (2 if kept else 0)


@pytest.mark.parametrize("left", [".draft", ".files"])
def test_what_a_kill_has_left_of_a_pack_is_deleted(
    app: CompiledApp, packed: Bundles, left: str
) -> None:
    half = app.root / f".jittask/bundles/packed/half{left}"
    half.write_text("half")
    versions = frozenset(task.version for task in app.tasks.values())
    Bundles(app.root / ".jittask").forget_unused(versions, lambda _: frozenset())
    assert not half.exists()
    assert all(packed.has(version) for version in versions)


def damage_contents(app: CompiledApp) -> None:
    [contents] = (app.root / ".jittask/bundles/packed").glob("*.files")
    contents.write_bytes(contents.read_bytes().replace(b"customFunc", b"costomFunc"))


def cut_contents(app: CompiledApp) -> None:
    [contents] = (app.root / ".jittask/bundles/packed").glob("*.files")
    contents.write_bytes(contents.read_bytes()[:10])


@pytest.mark.parametrize("damage", [damage_contents, cut_contents])
def test_a_damaged_pack_is_no_version(
    app: CompiledApp, packed: Bundles, damage: Callable[[CompiledApp], None]
) -> None:
    assert packed
    damage(app)
    bundles = Bundles(app.root / ".jittask")
    version = app.tasks["tasks.A"].version
    with pytest.raises(BundleUnavailable, match=f"version {version[:12]} cannot be laid out: "):
        bundles.path(version)


def test_a_disk_that_is_full_is_tried_again(
    app: CompiledApp, packed: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packed
    bundles = Bundles(app.root / ".jittask")
    version = app.tasks["tasks.A"].version
    with monkeypatch.context() as patched:

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patched.setattr(module, "_write", full)
        with pytest.raises(BundleUnavailable, match="No space left on device"):
            bundles.path(version)
    assert bundles.path(version).is_dir()
    assert {entry.name for entry in (app.root / ".jittask/bundles").iterdir()} == {
        "packed", version,
    }  # fmt: skip


def test_a_task_that_cannot_be_packed_costs_no_other(
    app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_PACKED", 2)
    original = bundle_source._content

    def reading(path: str) -> bytes:
        if path == str(app.root / "tasks/B/inner.py"):
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(bundle_source, "_content", reading)
    assert set(bundles.lay_out_all(app.tasks.values(), app.root)) == {"tasks.B"}
    kept = {name for name, task in app.tasks.items() if bundles.has(task.version)}
    assert kept == {"tasks.A", "tasks.deep.C"}


@pytest.mark.parametrize("least_packed", [2, 200])
def test_a_task_whose_files_change_costs_no_other(
    app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch, least_packed: int
) -> None:
    monkeypatch.setattr(module, "LEAST_PACKED", least_packed)
    (app.root / "tasks/B/inner.py").write_text("def customFunc():\n    return 2\n")
    with pytest.raises(BundleChanged) as raised:
        bundles.lay_out_all(app.tasks.values(), app.root)
    assert raised.value.tasks == ("tasks.B",)
    kept = {name for name, task in app.tasks.items() if bundles.has(task.version)}
    assert kept == {"tasks.A", "tasks.deep.C"}


def test_a_version_with_a_large_file_is_laid_out(
    app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEAST_PACKED", 2)
    (app.root / "tasks/B/data.txt").write_text("x" * 1000)
    monkeypatch.setattr(bundle_source, "_LARGE_BYTES", 900)
    app = compile_tree(app.root).app
    assert bundles.lay_out_all(app.tasks.values(), app.root) == {}
    version = app.tasks["tasks.B"].version
    names = {entry.name for entry in (app.root / ".jittask/bundles").iterdir()}
    assert names == {"packed", version}
    assert (bundles.path(version) / "tasks/B/data.txt").stat().st_size == 1000


def test_a_version_is_found_among_very_many(tmp_path: Path) -> None:
    """Lines of an index differ in length."""
    packs = Packs(tmp_path)
    versions = sorted(f"{hashlib.sha256(str(n).encode()).hexdigest()}" for n in range(2000))
    contents = {version: version[: n % 60].encode() for n, version in enumerate(versions)}
    packs.write((v, {"a" * (n % 50 + 1): contents[v]}) for n, v in enumerate(versions))
    for n, version in enumerate(versions):
        assert packs.files(version) == {"a" * (n % 50 + 1): contents[version]}
    assert list(packs) == versions
    assert "0" * 64 not in packs
    assert "f" * 64 not in packs


# --- packs that are damaged


def one(app: CompiledApp, pattern: str) -> Path:
    [found] = (app.root / ".jittask/bundles/packed").glob(pattern)
    return found


def empty_index(app: CompiledApp) -> None:
    one(app, "*.index").write_bytes(b"")


def index_without_its_end(app: CompiledApp) -> None:
    index = one(app, "*.index")
    index.write_bytes(index.read_bytes()[:-1])


def contents_gone(app: CompiledApp) -> None:
    one(app, "*.files").unlink()


@pytest.fixture(params=[empty_index, index_without_its_end, contents_gone, cut_contents])
def damage(request: pytest.FixtureRequest) -> Callable[[CompiledApp], None]:
    found: Callable[[CompiledApp], None] = request.param
    return found


def test_a_pack_that_is_not_whole_is_none_and_its_versions_are_laid_out_again(
    app: CompiledApp, packed: Bundles, damage: Callable[[CompiledApp], None]
) -> None:
    assert packed
    for index in (app.root / ".jittask/bundles/packed").iterdir():
        index.chmod(0o600)
    damage(app)
    bundles = Bundles(app.root / ".jittask")
    assert not any(bundles.has(task.version) for task in app.tasks.values())
    bundles.forget_unused(frozenset(), lambda _: frozenset())
    assert list((app.root / ".jittask/bundles/packed").iterdir()) == []
    assert bundles.lay_out_all(app.tasks.values(), app.root) == {}
    for task in app.tasks.values():
        assert without_manifest(files_in(bundles.path(task.version))) == as_written(app, task)


def test_wrong_content_is_found_and_the_next_compile_lays_the_version_out(
    app: CompiledApp, packed: Bundles
) -> None:
    damage_contents(app)
    task = app.tasks["tasks.A"]
    assert packed.has(task.version)
    with pytest.raises(BundleUnavailable):
        packed.path(task.version)
    assert not packed.has(task.version)
    assert packed.lay_out_all([task], app.root) == {}
    assert without_manifest(files_in(packed.path(task.version))) == as_written(app, task)


def test_what_cannot_be_deleted_ends_no_start_and_is_kept(
    app: CompiledApp, packed: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert packed
    reports: list[str] = []
    bundles = Bundles(app.root / ".jittask", reports.append)
    version = app.tasks["tasks.A"].version

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jittask.runtime.packs._write", full)
    bundles.forget_unused(frozenset({version}), lambda _: frozenset())
    assert len(reports) == 1
    assert "No space left on device" in reports[0]
    assert all(bundles.has(task.version) for task in app.tasks.values())
    assert len(list((app.root / ".jittask/bundles/packed").iterdir())) == 2


# --- processes beside each other, and those that were killed


def test_nothing_is_deleted_while_another_process_uses_the_bundles(
    app: CompiledApp, packed: Bundles
) -> None:
    """Two runtimes of one tree may have different run stores."""
    other = Bundles(app.root / ".jittask")
    laid_out = packed.path(app.tasks["tasks.A"].version)
    with packed.in_use(), other.in_use():
        other.forget_unused(frozenset(), lambda _: frozenset())
        assert laid_out.is_dir()
        assert all(packed.has(task.version) for task in app.tasks.values())
    with other.in_use():
        other.forget_unused(frozenset(), lambda _: frozenset())
        packed.forget_unused(frozenset(), lambda _: frozenset())  # ``other`` still uses them
        assert not laid_out.exists()
        assert not any(Bundles(app.root / ".jittask").has(t.version) for t in app.tasks.values())
        with packed.in_use():
            assert packed.lay_out_all(app.tasks.values(), app.root) == {}


def test_a_runtime_uses_its_bundles_to_its_end(tree: Tree) -> None:
    tree.scheduled("A")
    version = compile_tree(tree.root).app.tasks["tasks.A"].version
    other = Bundles(tree.root / ".jittask")
    with Runtime(tree.root):
        other.forget_unused(frozenset(), lambda _: frozenset())
        assert other.has(version)
    other.forget_unused(frozenset(), lambda _: frozenset())
    assert not other.has(version)


def test_packs_are_listed_again_where_another_process_has_changed_them(
    app: CompiledApp, packed: Bundles
) -> None:
    task = app.tasks["tasks.A"]
    other = Bundles(app.root / ".jittask")
    assert packed.has(task.version)
    other.forget_unused(frozenset(), lambda _: frozenset())
    assert not other.has(task.version)
    with pytest.raises(BundleUnavailable, match="not kept"):
        packed.path(task.version)
    assert not packed.has(task.version)
    assert other.lay_out_all(app.tasks.values(), app.root) == {}
    assert without_manifest(files_in(packed.path(task.version))) == as_written(app, task)


def lose_manifest(folder: Path) -> None:
    (folder / "app.json").unlink()


def lose_code(folder: Path) -> None:
    (folder / "tasks/A/inner.py").unlink()


@pytest.mark.parametrize("lose", [lose_manifest, lose_code])
@pytest.mark.parametrize("least_packed", [2, 200])
def test_a_folder_that_is_half_deleted_is_made_anew(
    app: CompiledApp,
    bundles: Bundles,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[Path], None],
    least_packed: int,
) -> None:
    monkeypatch.setattr(module, "LEAST_PACKED", least_packed)
    task = app.tasks["tasks.A"]
    assert bundles.lay_out_all(app.tasks.values(), app.root) == {}
    lose(bundles.path(task.version))
    for again in (bundles, Bundles(app.root / ".jittask")):
        if least_packed == 200:
            assert again.lay_out_all(app.tasks.values(), app.root) == {}
    fresh = Bundles(app.root / ".jittask")
    assert without_manifest(files_in(fresh.path(task.version))) == as_written(app, task)


def test_a_folder_that_is_being_deleted_counts_no_more(
    app: CompiledApp, bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles.lay_out_all(app.tasks.values(), app.root)

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(Killed):
            bundles.forget_unused(frozenset(), lambda _: frozenset())
    again = Bundles(app.root / ".jittask")
    assert sum(again.has(task.version) for task in app.tasks.values()) == 2
    again.forget_unused(frozenset(), lambda _: frozenset())
    assert list((app.root / ".jittask/bundles").iterdir()) == []
