"""What is done again when files change, and what is not (H1, H2): digests decide, not times."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jittask import compile_tree
from jittask.compiler.bundle_manifest import manifest
from jittask.compiler.compiled import Compilation
from jittask.compiler.files import Files
from jittask.compiler.import_check import judge
from jittask.runtime.bundles import Bundles
from tests.tree import Tree

AN_AGE_AGO = 1_700_000_000


@pytest.fixture
def shop(tree: Tree) -> Tree:
    """Tasks that stand on a service, a model, a database and commons, in every way."""
    tree.things()
    tree.write("commons/deep.py", "def one():\n    return 1\n")
    tree.write("commons/dates.py", "from commons.deep import one\n")
    tree.write("services/S/e.json", {"type": "services.NormalType", "title": "S"})
    tree.write(
        "services/S/service.py",
        "from commons.dates import one\n\n\ndef run():\n    return one()\n\n\n"
        "def told(failedRun):\n    return one()\n",
    )
    tree.scheduled("Told", policy={"onFailure": "services.S.told"})
    tree.scheduled("Plain")
    tree.scheduled(
        "Shared", "from commons.dates import one\n\n\ndef customFunc():\n    return one()\n"
    )
    tree.scheduled(
        "Named",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('services.S').run()\n",
    )
    tree.scheduled(
        "Any",
        "from jittask import app\n\n\ndef customFunc():\n    return app.getElement('models.' + 'Thing')\n",
    )
    tree.scheduled("Global", func="services.S.run", funcType="Global")
    (tree.root / "tasks/Global/inner.py").unlink()
    tree.dated("Row", filter="Q('name','=','x')")
    return tree


EVERY = {"Plain", "Shared", "Named", "Any", "Global", "Row", "Told"}
EDITS: list[tuple[str, str, set[str]]] = [
    ("tasks/Plain/inner.py", "# more\n", {"Plain"}),
    ("tasks/Plain/note.txt", "more\n", {"Plain"}),
    ("commons/deep.py", "# more\n", {"Shared", "Named", "Any", "Global", "Told"}),
    ("commons/unused.py", "# more\n", set()),
    ("services/S/service.py", "# more\n", {"Named", "Any", "Global", "Told"}),
    ("models/Thing/model.py", "# more\n", {"Any", "Row"}),
    ("databases/D/e.json", "\n", {"Any", "Row"}),
    ("pages/P/e.json", "{}", set()),
]


def recompiled(before: Compilation, after: Compilation) -> set[str]:
    tasks = after.app.tasks
    return {
        name.removeprefix("tasks.")
        for name, task in tasks.items()
        if before.app.tasks.get(name) is not task
    }


@pytest.mark.parametrize(("file", "more", "who"), EDITS, ids=[edit[0] for edit in EDITS])
def test_what_depends_on_a_file_is_compiled_again(
    shop: Tree, file: str, more: str, who: set[str]
) -> None:
    before = compile_tree(shop.root)
    assert before.diagnostics == ()
    path = shop.root / file
    shop.write(file, (path.read_text() if path.exists() else "") + more)
    after = compile_tree(shop.root, previous=before)
    assert recompiled(before, after) == who
    fresh = compile_tree(shop.root)
    assert {n: t.version for n, t in after.app.tasks.items()} == {
        n: t.version for n, t in fresh.app.tasks.items()
    }
    assert after.app.digest == fresh.app.digest


def test_a_calendar_concerns_every_task(shop: Tree) -> None:
    before = compile_tree(shop.root)
    shop.write(
        "app.json", {"appId": "t", "name": "t", "settings": {"timezone": "UTC", "calendar": "CN"}}
    )
    assert recompiled(before, compile_tree(shop.root, previous=before)) == EVERY


HOLIDAYS = {"extraHolidays": ["2026-05-01"]}
MOVED: dict[str, tuple[dict[str, object], bool]] = {
    "nothing is moved": ({}, False),
    "holidays": ({"skipHoliday": 1}, True),
    "weekends": ({"skipWeekend": 1}, True),
    "no more": ({"skipHoliday": 0}, False),
    "its own calendar": ({"skipHoliday": 1, "calendar": HOLIDAYS}, False),
}


@pytest.mark.parametrize("case", MOVED)
@pytest.mark.parametrize("rows", [False, True], ids=["task", "rows"])
def test_a_date_in_the_calendar_is_a_new_version_of_what_it_moves(
    tree: Tree, case: str, rows: bool
) -> None:
    """Its timer on a worker judges a row again, so it has what the app's timer has (D5)."""
    timing, is_moved = MOVED[case]
    tree.things()
    if rows:
        tree.dated("T", timing={"startField": "at", **timing})
    else:
        tree.scheduled("T", timing=timing)
    found = []
    for day in "2026-12-24", "2026-12-31":
        calendar = {"extraHolidays": ["2026-05-01", day]}
        settings = {"timezone": "UTC", "calendar": calendar}
        tree.write("app.json", {"appId": "t", "name": "t", "settings": settings})
        compilation = compile_tree(tree.root)
        task = compilation.app.tasks["tasks.T"]
        Bundles(tree.root / ".jittask").lay_out(task, tree.root)
        bundle = compile_tree(tree.root / ".jittask/bundles" / task.version)
        assert bundle.diagnostics == ()
        assert bundle.app.tasks["tasks.T"].timer == task.timer
        assert bundle.app.tasks["tasks.T"].version == task.version
        found.append(task)
    assert (found[0].version != found[1].version) is is_moved
    assert (found[0] != found[1]) is is_moved


def test_touching_changes_nothing(shop: Tree) -> None:
    before = compile_tree(shop.root)
    for path in shop.root.rglob("*.*"):
        os.utime(path)
    after = compile_tree(shop.root, previous=before)
    assert recompiled(before, after) == set()
    assert after.app.digest == before.app.digest


def test_an_edit_that_hides_behind_old_times_is_seen(shop: Tree) -> None:
    file = shop.root / "tasks/Plain/inner.py"
    os.utime(file, (AN_AGE_AGO, AN_AGE_AGO))
    before = compile_tree(shop.root)
    file.write_text(file.read_text().replace("1", "2"))
    os.utime(file, (AN_AGE_AGO, AN_AGE_AGO))
    assert recompiled(before, compile_tree(shop.root, previous=before)) == {"Plain"}


def test_what_has_settled_is_not_read_again(shop: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jittask.compiler.settling.RACY_NANOSECONDS", -1_000_000_000_000)
    before = compile_tree(shop.root)
    read: list[str] = []
    original = Files.read
    monkeypatch.setattr(Files, "read", lambda self, file: read.append(file) or original(self, file))
    shop.write("tasks/Plain/inner.py", "def customFunc():\n    return 2\n")
    compile_tree(shop.root, previous=before)
    tasks = {file.split("/")[1] for file in read if file.startswith("tasks/")}
    assert tasks == {"Plain"}


def test_what_vanished_breaks_who_needs_it_and_returns(shop: Tree) -> None:
    before = compile_tree(shop.root)
    away = shop.root.parent / "away"
    (shop.root / "services/S").rename(away)
    broken = compile_tree(shop.root, previous=before)
    assert {one.code for one in broken.diagnostics} == {"unknown-service", "unknown-element"}
    assert "tasks.Global" not in broken.app.tasks
    away.rename(shop.root / "services/S")
    after = compile_tree(shop.root, previous=broken)
    assert after.diagnostics == ()
    assert set(after.app.tasks) == {f"tasks.{name}" for name in EVERY}


def said(root: Path) -> list[str]:
    return [one.code for one in judge(root).diagnostics]


@pytest.fixture
def settled(shop: Tree, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """A tree whose files count as old enough to be relied on."""
    monkeypatch.setattr("jittask.compiler.settling.RACY_NANOSECONDS", -1_000_000_000_000)
    assert said(shop.root) == []
    return shop


def test_a_kept_verdict_compiles_nothing(settled: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jittask.compiler.compiling.Compiling.settle", None)
    verdict = judge(settled.root)
    assert (verdict.diagnostics, verdict.tasks) == ((), len(EVERY))
    assert "tasks.Plain" in verdict.elements


def test_a_tree_that_did_not_change_is_not_read(
    settled: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it where files were only touched, once their digests were compared."""
    (settled.root / "tasks/Plain/inner.py").touch()
    verdict = judge(settled.root)
    monkeypatch.setattr("jittask.compiler.import_check.Files", None)
    assert judge(settled.root) == verdict
    (settled.root / "tasks/Plain/inner.py").touch()
    with pytest.raises(TypeError):
        judge(settled.root)


def test_a_tree_that_has_just_changed_is_read_again(shop: Tree) -> None:
    """Its times cannot show a further change."""
    assert said(shop.root) == []
    inner = shop.root / "tasks/Plain/inner.py"
    times = inner.stat()
    inner.write_text(inner.read_text().replace("customFunc", "costomFunc"))
    os.utime(inner, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert said(shop.root) == ["function-missing"]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "tasks/More").mkdir(),
        lambda root: (root / "task").mkdir() or (root / "task/e.json").write_text('{"type": "tasks.X"}'),
        lambda root: (root / "app.json").unlink(),
        lambda root: (root / "services/S/service.py").unlink(),
        lambda root: (root / "commons/more.py").write_text("x = 1\n"),
        lambda root: (root / "commons").rename(root / "common"),
        lambda root: (root / "tasks/Plain/inner.py").chmod(0o600),
    ],
)  # fmt: skip
def test_marks_fall_with_any_change(
    settled: Tree, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], object]
) -> None:
    change(settled.root)
    monkeypatch.setattr("jittask.compiler.import_check.Files", None)
    with pytest.raises(TypeError):
        judge(settled.root)


@pytest.mark.parametrize(
    ("file", "content", "codes"),
    [
        ("tasks/Plain/inner.py", "def customFunc(a):\n    return 1\n", ["too-many-parameters"]),
        ("tasks/New/e.json", "{", ["bad-json"]),
        ("commons/deep.py", "def (", ["bad-python", "broken-dependency", "broken-dependency"]),
        ("app.json", '{"settings": {}}', ["no-timezone"]),
    ],
)
def test_a_verdict_falls_with_what_it_rests_on(
    settled: Tree, file: str, content: str, codes: list[str]
) -> None:
    settled.write(file, content)
    assert said(settled.root)[: len(codes)] == codes
    assert said(settled.root) == [one.code for one in compile_tree(settled.root).diagnostics]


def test_a_verdict_falls_with_a_removed_file(settled: Tree) -> None:
    (settled.root / "tasks/Plain/inner.py").unlink()
    assert said(settled.root) == ["inner-missing"]


@pytest.mark.parametrize(("change", "code"), [
    (lambda root: (root / "tasks/More/e.json").mkdir(parents=True), "misplaced-e-json"),
    (lambda root: (root / "tasks/Plain/a\nb.py").write_text(""), "file-unreadable"),
])  # fmt: skip
def test_a_verdict_falls_with_what_has_no_digest(
    settled: Tree, change: Callable[[Path], object], code: str
) -> None:
    """Every file that can be read is as it was, and so are the digests."""
    change(settled.root)
    for _ in range(2):
        assert said(settled.root) == [code]


def test_a_verdict_rests_on_the_environment(settled: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DB", "x")
    settled.write(
        "databases/D/e.json", {"type": "databases.UrlType", "title": "D", "url": "${SHOP_DB}"}
    )
    assert said(settled.root) == []
    monkeypatch.delenv("SHOP_DB")
    assert said(settled.root) == ["unset-environment"]
    monkeypatch.setenv("SHOP_DB", "y")
    assert said(settled.root) == []


@pytest.mark.parametrize(("key", "good", "bad", "code"), [
    ("timezone", "Asia/Shanghai", "Shanghai", "unknown-timezone"),
    ("calendar", "CN", "ZZ", "unknown-calendar"),
])  # fmt: skip
def test_a_verdict_rests_on_the_values_that_settings_take(
    settled: Tree, monkeypatch: pytest.MonkeyPatch, key: str, good: str, bad: str, code: str
) -> None:
    """F2: any string of app.json; the values themselves are not written down."""
    monkeypatch.setenv("SHOP_SAYS", good)
    settled.write("app.json", {"settings": {"timezone": "UTC"} | {key: "${SHOP_SAYS}"}})
    settled.scheduled("Plain", timing={"skipHoliday": 1} if key == "calendar" else {})
    assert said(settled.root) == []
    assert getattr(compile_tree(settled.root).app.settings, key) == good
    assert good not in (settled.root / ".jittask/cache/verdict.jsonl").read_text()
    monkeypatch.setenv("SHOP_SAYS", bad)
    assert said(settled.root) == [code]
    monkeypatch.delenv("SHOP_SAYS")
    assert said(settled.root) == ["unset-environment"]


def test_an_escaped_reference_is_a_text_in_a_bundle_too(tree: Tree) -> None:
    tree.write("app.json", {"title": "$${HOME}", "settings": {"timezone": "UTC"}})
    app = compile_tree(tree.root).app
    assert app.settings.title == "${HOME}"
    tree.write("app.json", manifest(app.settings, {}, has_calendar=True))
    assert compile_tree(tree.root).app.settings == app.settings


def test_a_verdict_rests_on_who_judges(settled: Tree) -> None:
    kept = settled.root / ".jittask/cache/verdict.jsonl"
    verdict, files = kept.read_text().splitlines()
    held = json.loads(verdict)
    held["diagnostics"] = [{"not": "this one's"}]
    held["stamp"] = "another version"
    kept.write_text(f"{json.dumps(held)}\n{files}\n")
    assert said(settled.root) == []


def test_a_tree_that_cannot_be_written_is_validated_too(
    shop: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.root / ".jittask").write_text("a file in the way")
    assert said(shop.root) == []


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("processes", [2, 4])
def test_several_processes_say_what_one_says(
    shop: Tree, monkeypatch: pytest.MonkeyPatch, processes: int, dies: bool, keep: bool
) -> None:
    for n in range(20):
        shop.scheduled(
            f"More{n}", "def customFunc(a):\n    pass\n" if n % 3 else None, colour="red"
        )
    alone = compile_tree(shop.root)
    monkeypatch.setattr("jittask.compiler.parallel._WORTH_IT", 2)
    monkeypatch.setattr("jittask.compiler.parallel._LEAST_TASKS", 3)
    monkeypatch.setattr("jittask.compiler.parallel._cores", lambda: processes)
    if dies:
        monkeypatch.setattr("jittask.compiler.parallel.Share", None)  # in the forks: an exception
    forks = []
    fork = os.fork
    monkeypatch.setattr("os.fork", lambda: forks.append(fork()) or forks[-1])
    verdict = judge(shop.root, keep=keep)
    assert verdict.diagnostics == alone.diagnostics
    assert verdict.tasks == len(alone.app.tasks)
    assert len(forks) == processes - 1
    if keep:  # what the forks have read is known, too
        monkeypatch.setattr("jittask.compiler.import_check._judged", None)
        assert judge(shop.root) == verdict


@pytest.mark.parametrize("allowed", [0, 1])
@pytest.mark.parametrize("call", ["os.fork", "os.pipe"])
def test_processes_that_the_system_refuses_are_done_without(
    shop: Tree, monkeypatch: pytest.MonkeyPatch, call: str, allowed: int
) -> None:
    for n in range(8):
        shop.scheduled(f"More{n}", "def customFunc(a):\n    pass\n")
    alone = compile_tree(shop.root)
    monkeypatch.setattr("jittask.compiler.parallel._WORTH_IT", 2)
    monkeypatch.setattr("jittask.compiler.parallel._cores", lambda: 3)
    left = allowed + (call == "os.pipe")  # one pipe is for the tickets
    real = getattr(os, call.removeprefix("os."))

    def limited() -> object:
        nonlocal left
        left -= 1
        if left < 0:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return real()

    monkeypatch.setattr(call, limited)
    notes: list[str] = []
    verdict = judge(shop.root, keep=False, note=notes.append)
    assert (verdict.diagnostics, verdict.tasks) == (alone.diagnostics, len(alone.app.tasks))
    number = "1 process" if allowed == 0 else "2 processes"
    assert notes == [
        f"validated in {number}, not 3, which takes longer: Resource temporarily unavailable"
    ]
