"""A look at a tree that knows an earlier one sees what a look that knows nothing sees (H2)."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jittask.clock import FixedClock
from jittask.compiler.files import Files
from jittask.compiler.live_files import LiveFiles
from jittask.compiler.look import Look

TICK_NANOSECONDS = 10_000_000
"""No file system in use here, on the machines that test, has coarser time stamps."""


@pytest.fixture
def tick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let the file system's time go on until what comes then can be told from what was before."""
    monkeypatch.setattr("jittask.compiler.settling.RACY_NANOSECONDS", TICK_NANOSECONDS)
    touched = tmp_path / "touched"

    def wait() -> int:
        touched.touch()
        before = touched.stat().st_mtime_ns
        while (now := touched.stat().st_mtime_ns) - before <= 2 * TICK_NANOSECONDS:
            touched.touch()
        return now

    return wait


def seen(files: Files) -> tuple[object, ...]:
    """What a look has found, with what the files hold."""
    held = {folder: (one.files, one.folders) for folder, one in files.folders.items()}
    return held, {file: digest(files, file) for file in files.listed()}, sorted(files.unreadable)


def digest(files: Files, file: str) -> str:
    try:
        return files.digest(file)
    except OSError:
        return "gone"


def grow(root: Path, chance: random.Random) -> None:
    """Write a small tree."""
    for number in range(8):
        folder = root / "tasks" / chance.choice("abc") / f"T{number}"
        folder.mkdir(parents=True)
        for name in chance.sample(["e.json", "inner.py", "data.txt", ".hidden"], 3):
            (folder / name).write_text(str(chance.random()))
    (root / "app.json").write_text("{}")


def change(root: Path, chance: random.Random) -> None:
    """Do one of the things that people, editors and tools do to trees."""
    folders = sorted(one for one in (root / "tasks").rglob("*") if one.is_dir())
    files = sorted(one for one in (root / "tasks").rglob("*") if one.is_file())
    folder, file = chance.choice(folders), chance.choice(files)
    free = chance.choice(folders) / f"new{chance.randrange(10**6)}"
    times = file.stat()
    match chance.randrange(9):
        case 0:
            file.write_text(str(chance.random()))
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
        case 1:
            file.unlink()
        case 2:
            file.rename(free)
        case 3:
            free.write_text("new")
        case 4 if not free.is_relative_to(folder):
            folder.rename(free)
        case 5 if len(folders) > 3:
            shutil.rmtree(folder)
        case 6:
            free.symlink_to(chance.choice([file, folder, root / "nothing"]))
        case 7:
            file.unlink()
            file.mkdir()
            (file / "e.json").write_text("{}")
        case _:
            (free / "deep").mkdir(parents=True)


@pytest.mark.parametrize("seed", range(12))
def test_what_is_known_changes_nothing(tmp_path: Path, tick: Callable[[], int], seed: int) -> None:
    chance, root = random.Random(seed), tmp_path / "tree"
    grow(root, chance)
    known = Look()
    for _ in range(12):
        began = tick()
        files = Files(root, known)
        assert seen(files) == seen(Files(root))
        known = files.known(began)
        for _ in range(chance.randrange(3)):
            change(root, chance)


@pytest.mark.parametrize("look", [Files, LiveFiles])
@pytest.mark.parametrize("has_began", [True, False], ids=["touched", "not touched"])
def test_a_change_in_the_future_settles_nothing(
    tmp_path: Path, tick: Callable[[], int], look: type[Files], has_began: bool
) -> None:
    """A clock that was set back leaves files that have changed later than now."""
    grow(tmp_path / "tree", random.Random(1))
    file = tmp_path / "tree/app.json"
    began = tick()
    file.write_text("[]")
    now = file.stat().st_ctime_ns
    clock = FixedClock(datetime.fromtimestamp(now / 1e9, UTC))
    files = look(tmp_path / "tree", clock=clock)
    for each in files.listed():
        digest(files, each)
    other = next(each for each in files.listed() if each != "app.json")
    files.take({other: files.known_now()[other]._replace(changed=now + 10**12)})
    given = began if has_began else 0
    if isinstance(files, LiveFiles):
        files.settle(given)
    known = files.known(given).files
    assert not {"app.json", other} & set(known)
    assert set(known)


def test_a_folder_that_did_not_change_is_not_listed_again(
    tmp_path: Path, tick: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(tmp_path / "tree", random.Random(1))
    listed: list[str] = []
    scan = Files._scan

    def watched(files: Files, folder: str, *more: object) -> None:
        listed.append(folder)
        scan(files, folder, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Files, "_scan", watched)
    first = Files(tmp_path / "tree")
    assert listed == list(first.folders)
    listed.clear()
    known = first.known(tick())
    new = tmp_path / "tree" / next(folder for folder in first.folders if "T0" in folder) / "new.py"
    new.write_text("")
    Files(tmp_path / "tree", known)
    assert listed == [new.parent.relative_to(tmp_path / "tree").as_posix()]


def test_a_folder_that_changes_within_the_tick_of_its_look_is_listed_again(
    tmp_path: Path, tick: Callable[[], int]
) -> None:
    """Also by those that asked for what is known before it was settled, as a compilation does."""
    root = tmp_path / "tree"
    grow(root, random.Random(1))
    settled = tick()
    (root / "tasks/new").mkdir()
    files = LiveFiles(root)
    known = files.known()
    for file in files.listed():
        digest(files, file)
    files.settle(settled)
    assert {"tasks", "tasks/new"}.isdisjoint(known.folders)
    assert known.folders.keys() == files.known().folders.keys()
    held = files.folders["tasks"]
    (root / "tasks/late").mkdir()
    times = (root / "tasks").stat()
    held.modified, held.changed = times.st_mtime_ns, times.st_ctime_ns  # as in one tick
    assert seen(Files(root, known)) == seen(Files(root))
    assert "tasks/late" in Files(root, known).folders


def test_where_a_link_leads_is_looked_at_again(tmp_path: Path, tick: Callable[[], int]) -> None:
    root, elsewhere = tmp_path / "tree", tmp_path / "elsewhere"
    grow(root, random.Random(1))
    elsewhere.mkdir()
    (root / "tasks" / "Linked").symlink_to(elsewhere)
    known = Files(root).known(tick())
    elsewhere.rmdir()
    elsewhere.write_text("a file now")
    assert seen(Files(root, known)) == seen(Files(root))
