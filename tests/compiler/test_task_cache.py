"""What a start takes from an earlier one is what it would have compiled itself (H2, V2)."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from jittask import compile_tree
from jittask.compiler import compiling, task_cache
from jittask.compiler.compiled import Compilation
from jittask.compiler.files import Files
from jittask.compiler.incremental import TreeCompiler
from jittask.compiler.probe import Probe
from jittask.compiler.task_cache import TaskCache
from tests.compiler.test_corpus import CASES
from tests.compiler.test_reuse import EDITS, EVERY, shop
from tests.tree import Tree

__all__ = ["shop"]  # a fixture
CACHE = ".jittask/cache"


class Done:
    """What a compilation has done anew, by task."""

    def __init__(self) -> None:
        self.compiled: set[str] = set()
        self.imported: set[str] = set()
        self.read: set[str] = set()


@contextmanager
def watched() -> Iterator[Done]:
    done = Done()
    compile_task = compiling.compile_task  # type: ignore[attr-defined]
    checked, read = Probe._checked, Files.read

    def compile_and_note(task, *more):  # type: ignore[no-untyped-def]
        done.compiled.add(task.name.removeprefix("tasks."))
        return compile_task(task, *more)

    def checking(probe, root, waiting, *more):  # type: ignore[no-untyped-def]
        done.imported |= {name.removeprefix("tasks.") for name in waiting}
        return checked(probe, root, waiting, *more)

    def reading(files, file):  # type: ignore[no-untyped-def]
        done.read |= {file} if file.startswith("tasks/") else set()
        return read(files, file)

    with (
        patch.object(compiling, "compile_task", compile_and_note),
        patch.object(Probe, "_checked", checking),
        patch.object(Files, "read", reading),
    ):
        yield done


def start(root: Path) -> Compilation:
    return compile_tree(root, imports=True, keep=True)


def alike(one: Compilation, other: Compilation) -> bool:
    return (one.app, one.diagnostics, one.reusable.dependencies, one.reusable.task_diagnostics) == (
        other.app, other.diagnostics, other.reusable.dependencies, other.reusable.task_diagnostics,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def all_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as old enough to be relied on."""
    monkeypatch.setattr("jittask.compiler.settling.RACY_NANOSECONDS", -1_000_000_000_000)


def test_what_did_not_change_is_not_read_compiled_imported_or_written(shop: Tree) -> None:
    with watched() as first:
        before = start(shop.root)
    assert first.compiled == first.imported == EVERY
    files = {file: file.stat().st_ino for file in (shop.root / CACHE).glob("*.jsonl")}
    assert len(files) == 2
    with watched() as again:
        after = start(shop.root)
    assert again.compiled == again.imported == again.read == set()
    assert {file: file.stat().st_ino for file in files} == files
    assert alike(after, before)


@pytest.mark.parametrize(("file", "more", "who"), EDITS, ids=[edit[0] for edit in EDITS])
def test_what_depends_on_a_file_is_compiled_again(
    shop: Tree, file: str, more: str, who: set[str]
) -> None:
    start(shop.root)
    path = shop.root / file
    shop.write(file, (path.read_text() if path.exists() else "") + more)
    with watched() as done:
        after = start(shop.root)
    assert done.compiled == done.imported == who
    assert alike(after, compile_tree(shop.root, imports=True))
    with watched() as done:
        start(shop.root)
    assert done.compiled == set()


@pytest.mark.process
@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
def test_every_tree_is_taken_as_it_was_compiled(case: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(case.parent, tree)
    commands = [line[2:] for line in case.read_text().splitlines() if line.startswith("$ ")]
    for command in commands[:-1]:
        subprocess.run(command, shell=True, cwd=tree, check=True)
    fresh = compile_tree(tree, imports=True)
    assert alike(start(tree), fresh)
    with watched() as done:
        assert alike(start(tree), fresh)
    loaded = {name.removeprefix("tasks.") for name in fresh.app.tasks}
    assert done.compiled.isdisjoint(loaded) or not (tree / "app.json").exists()


def test_a_task_is_taken_with_all_that_it_says(shop: Tree) -> None:
    shop.scheduled(
        "Rich", timing={"skipHoliday": 1, "calendar": "CN", "holidayRoll": "previous"},
        policy={"misfire": "all", "retry": {"max": 3, "backoff": 1.5}, "priority": 2,
                "onFailure": "services.S.told", "graceSeconds": 60, "maxConcurrent": 1},
        description="多 words", tags=["a", "b"], title="标题 \" \\ \u2028",
    )  # fmt: skip
    shop.scheduled("Legacy", "def main(app, taskInstance):\n    return 1\n")
    before = start(shop.root)
    assert [one.code for one in before.diagnostics] == ["legacy-main"]
    assert alike(start(shop.root), before)


def test_tasks_of_the_same_timing_share_a_timer(shop: Tree) -> None:
    for name in ("One", "Other"):
        shop.scheduled(name, "def customFunc():\n    return 1\n")
    start(shop.root)
    tasks = start(shop.root).app.tasks
    assert tasks["tasks.One"].timer is tasks["tasks.Other"].timer


SETTINGS: list[tuple[dict[str, object], set[str]]] = [
    ({"timezone": "UTC", "runtime": {"workers": 9}}, set()),
    ({"timezone": "UTC", "calendar": "CN"}, EVERY),
    ({"timezone": "Asia/Shanghai"}, EVERY),
    ({"timezone": "UTC", "retentionDays": 3}, EVERY),
]


@pytest.mark.parametrize(("settings", "who"), SETTINGS)
def test_settings_that_bear_on_tasks_compile_them_all(
    shop: Tree, settings: dict[str, object], who: set[str]
) -> None:
    start(shop.root)
    shop.write("app.json", {"appId": "t", "name": "t", "settings": settings})
    with watched() as done:
        after = start(shop.root)
    assert done.compiled == who
    assert alike(after, compile_tree(shop.root, imports=True))


def test_another_jittask_compiles_anew(shop: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    start(shop.root)
    monkeypatch.setattr(task_cache, "stamp", lambda: "another")
    with watched() as done:
        start(shop.root)
    assert done.compiled == done.imported == EVERY


def test_other_packages_have_functions_imported_anew(
    shop: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(shop.root)
    monkeypatch.setattr(task_cache, "_packages", lambda: "other")
    for who in (EVERY, set()):
        with watched() as done:
            start(shop.root)
        assert (done.compiled, done.imported) == (set(), who)


def test_packages_are_known_by_their_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path), str(tmp_path / "site-packages")])
    (tmp_path / "site-packages").mkdir()
    before = task_cache._packages()
    (tmp_path / "unrelated").mkdir()
    assert task_cache._packages() == before
    os.utime(tmp_path / "site-packages", (1, 1))
    assert task_cache._packages() != before


def test_what_failed_to_import_is_imported_again(shop: Tree) -> None:
    """It may have been the environment."""
    shop.scheduled(
        "Bad", "import os\n\nos.environ['SHOP_NEEDS']\n\n\ndef customFunc():\n    return 1\n"
    )
    for _ in range(2):
        with watched() as done:
            after = start(shop.root)
        assert "Bad" in done.imported
        assert [one.code for one in after.diagnostics] == ["import-failed"]
    with patch.dict(os.environ, {"SHOP_NEEDS": "1"}):
        assert start(shop.root).diagnostics == ()


def test_what_has_gone_is_kept_no_longer(shop: Tree) -> None:
    start(shop.root)
    shutil.rmtree(shop.root / "tasks/Named")
    assert alike(start(shop.root), compile_tree(shop.root, imports=True))
    names = [json.loads(line)[0] for line in lines(shop, "tasks.jsonl")[1:]]
    assert names == sorted(f"tasks.{name}" for name in EVERY - {"Named"})


def test_a_service_that_broke_breaks_who_calls_it(shop: Tree) -> None:
    start(shop.root)
    shop.write("services/S/service.py", "def (")
    after = start(shop.root)
    assert alike(after, compile_tree(shop.root, imports=True))
    assert {"tasks.Global", "tasks.Told"}.isdisjoint(after.app.tasks)


def test_no_value_of_the_environment_is_written_down(
    shop: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TITLE", "very secret")
    shop.write("app.json", {"title": "${SHOP_TITLE}", "settings": {"timezone": "UTC"}})
    assert start(shop.root).app.settings.title == "very secret"
    assert all(b"secret" not in file.read_bytes() for file in (shop.root / CACHE).iterdir())
    monkeypatch.setenv("SHOP_TITLE", "another")
    with watched() as done:
        start(shop.root)
    assert done.compiled == EVERY


def test_nothing_is_kept_beside_a_tree_that_is_none(tmp_path: Path) -> None:
    start(tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- what others have made of the files


def lines(tree: Tree, name: str) -> list[str]:
    return (tree.root / CACHE / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["tasks.jsonl", "look.jsonl"])
@pytest.mark.parametrize("seed", range(30))
def test_a_spoilt_file_spoils_nothing(shop: Tree, name: str, seed: int) -> None:
    fresh = start(shop.root)
    file = shop.root / CACHE / name
    file.write_bytes(spoilt(file.read_bytes(), random.Random(seed)))
    assert alike(start(shop.root), fresh)


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Cut, drop, shuffle or break lines; never a valid lie, which is nobody's accident."""
    rows = content.split(b"\n")
    at = chance.randrange(len(rows))
    match chance.randrange(6):
        case 0:
            return content[: chance.randrange(len(content))]
        case 1:
            return b"\n".join(rows[:at] + rows[at + 1 :])
        case 2:
            return b"\n".join([rows[0], *rows[:0:-1]])
        case 3:
            rows[at] = chance.choice(
                [b"[]", b"{}", b"null", b"[1, 2]", b'["tasks.Plain"]', b"\xff"]
            )
        case 4:
            rows[at] = rows[at].replace(b"[", b"{")
        case _:
            rows[at] = rows[at].replace(b'"', b"", 1)
    return b"\n".join(rows)


def test_what_a_stranger_sent_is_not_followed(shop: Tree, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    cache = shop.root / CACHE
    cache.mkdir(parents=True)
    for name in ("tasks.jsonl.draft", "look.jsonl.draft", "began"):
        (cache / name).symlink_to(precious)
    os.mkfifo(cache / "tasks.jsonl")
    (cache / "look.jsonl").symlink_to("/dev/zero")
    fresh = compile_tree(shop.root, imports=True)
    assert alike(start(shop.root), fresh)
    assert alike(start(shop.root), fresh)
    assert precious.read_text(encoding="utf-8") == "mine"


@pytest.mark.process
@pytest.mark.parametrize("is_live", [True, False], ids=["runtime", "once"])
def test_a_file_that_has_just_changed_is_not_kept_by_its_times(
    shop: Tree, monkeypatch: pytest.MonkeyPatch, is_live: bool
) -> None:
    """A further change would not show in them."""
    an_hour = 3_600_000_000_000
    monkeypatch.setattr("jittask.compiler.settling.RACY_NANOSECONDS", an_hour)
    if is_live:
        compiler = TreeCompiler(shop.root, keep=True)
        compiler.look_at_all()
        compiler.close()
    else:
        start(shop.root)
    assert dict(TaskCache(shop.root).known.files) == {}
