"""``plan --against`` on real git repositories: what appears, vanishes, moves, and why (V4)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.running import jittask, jittask_here
from tests.tree import Tree

pytestmark = pytest.mark.process
ENV = {"JITTASK_NOW": "2026-05-04T00:00:00+00:00", "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
WEEKLY = {"repeatType": "week", "weekday": 3}
DAYS_OFF = {"extraHolidays": ["2026-12-24"]}


def git(folder: Path, *arguments: str) -> str:
    identity = {
        f"GIT_{who}_{what}": "t@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    env = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True, env=env
    ).stdout


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "c")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture
def repository(tmp_path: Path) -> Tree:
    """A tree in a subfolder, with one weekly task, committed."""
    git(tmp_path, "init", "-q", "-b", "main")
    tree = Tree(tmp_path / "app", calendar=DAYS_OFF)
    tree.scheduled("A", repeat=WEEKLY)
    commit(tmp_path)
    return tree


def against(tree: Tree, *arguments: object, ref: str = "HEAD", **env: str) -> list[str]:
    done = jittask_here("plan", tree.root, "--against", ref, *arguments, **{**ENV, **env})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def data(tree: Tree, *arguments: object, ref: str = "HEAD") -> dict:
    return json.loads("\n".join(against(tree, "--format", "json", *arguments, ref=ref)))


def told(tree: Tree, *arguments: object) -> list[str]:
    """The lines between the heading and the count."""
    return [line for line in against(tree, *arguments)[2:] if line]


def failure(tree: Tree, ref: str, *arguments: object, code: int = 1, **env: str) -> str:
    done = jittask_here("plan", tree.root, "--against", ref, *arguments, **{**ENV, **env})
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "our fault" not in done.stderr
    return done.stderr


def test_nothing_changes(repository: Tree) -> None:
    head = git(repository.root, "rev-parse", "HEAD")[:10]
    assert against(repository, "--to", "2026-05-31") == [
        f"Plan against HEAD ({head}): 2026-05-04 00:00 to 2026-05-31 23:59 UTC",
        "",
        "No occurrence changes.",
    ]


# --- what an edit changes


def test_added(repository: Tree) -> None:
    repository.scheduled("B", repeat=WEEKLY)
    assert told(repository) == [
        "**`tasks.B`**: the task is new",
        "- appears Wed 2026-05-06 09:00 UTC",
        "1 appears",
    ]


def test_removed_and_renamed(repository: Tree) -> None:
    shutil.move(repository.root / "tasks/A", repository.root / "tasks/Z")
    assert told(repository) == [
        "**`tasks.A`**: the task is removed",
        "- vanishes Wed 2026-05-06 09:00 UTC",
        "**`tasks.Z`**: the task is new",
        "- appears Wed 2026-05-06 09:00 UTC",
        "1 appears, 1 vanishes",
    ]


def test_disabled_and_enabled_again(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, enable=0)
    assert told(repository)[:2] == [
        "**`tasks.A`**: it is disabled",
        "- vanishes Wed 2026-05-06 09:00 UTC",
    ]
    commit(repository.root)
    repository.scheduled("A", repeat=WEEKLY)
    assert told(repository)[:2] == [
        "**`tasks.A`**: it was disabled",
        "- appears Wed 2026-05-06 09:00 UTC",
    ]


def test_broken_and_mended(repository: Tree) -> None:
    repository.scheduled("A", repeat={"repeatType": "weekly"})
    broken, vanishes, _ = told(repository)
    assert broken.startswith("**`tasks.A`**: it cannot load: tasks/A/e.json:")
    assert vanishes == "- vanishes Wed 2026-05-06 09:00 UTC"
    commit(repository.root)
    repository.scheduled("A", repeat=WEEKLY)
    assert told(repository)[0].startswith("**`tasks.A`**: it could not load: tasks/A/e.json:")


def test_the_start_moves(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, timing={"startTime": "2026-01-05 09:30:00"})
    assert told(repository) == [
        "**`tasks.A`**",
        "- was: every week on Wednesday at 09:00 UTC from 5 January 2026",
        "- is: every week on Wednesday at 09:30 UTC from 5 January 2026",
        "- moves Wed 2026-05-06 09:00 UTC → Wed 2026-05-06 09:30 UTC",
        "1 moves",
    ]


def test_the_cycle_is_edited(repository: Tree) -> None:
    repository.scheduled("A", repeat={"repeatType": "week", "weekday": [2, 4]})
    assert told(repository)[2:] == [
        "- is: every week on Tuesday and Thursday at 09:00 UTC from 5 January 2026",
        "- appears Tue 2026-05-05 09:00 UTC",
        "- vanishes Wed 2026-05-06 09:00 UTC",
        "- appears Thu 2026-05-07 09:00 UTC",
        "2 appear, 1 vanishes",
    ]


def test_one_a_day_becomes_one_an_hour(repository: Tree) -> None:
    timing = {"startTime": "2026-05-06 00:30:00", "endTime": "2026-05-06"}
    repository.scheduled("A", repeat={"repeatType": "hour"}, timing=timing)
    assert told(repository, "--to", "2026-05-07")[-1] == "24 appear, 1 vanishes"


def test_a_window_to_the_end_of_time(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, timing={"endTime": "2199-12-20"})
    found = data(repository, "--from", "2199-12-31", "--to", "9999-12-31")
    assert len(found["vanishes"]) == 53


def test_the_calendar_is_edited(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, timing={"skipHoliday": 1})
    repository.scheduled(
        "B", repeat={"repeatType": "week", "weekday": 4}, timing={"skipHoliday": 1}
    )
    commit(repository.root)
    off = ["2026-05-06", "2026-12-24"]
    repository.write(
        "app.json", {"settings": {"timezone": "UTC", "calendar": {"extraHolidays": off}}}
    )
    assert told(repository) == [
        "**`tasks.A`**: extra holidays: +2026-05-06",
        "- moves Wed 2026-05-06 09:00 UTC → Thu 2026-05-07 09:00 UTC (moved from Wed 2026-05-06 (extra holiday))",
        "Edited, with the same occurrences in this time: `tasks.B`",
        "1 moves",
    ]
    found = data(repository)
    [move] = found["moves"]
    assert move["from"]["effective"] == "2026-05-06T09:00:00+00:00"
    assert move["to"]["effective"] == "2026-05-07T09:00:00+00:00"
    assert move["from"]["nominal"] == move["to"]["nominal"]
    assert move["to"]["reasons"] == ["extra holidays: +2026-05-06"]
    assert [one["task"] for one in found["edited"]] == ["tasks.B"]


def test_moves_across_the_ends_of_the_window_are_told(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, timing={"skipHoliday": 1})
    commit(repository.root)
    off = {"extraHolidays": ["2026-05-06", "2026-05-07", "2026-05-08"]}
    repository.write("app.json", {"settings": {"timezone": "UTC", "calendar": off}})
    out, into = "2026-05-07", "2026-05-08"
    assert len(data(repository, "--to", out)["moves"]) == 1
    assert len(data(repository, "--from", into, "--to", "2026-05-12")["moves"]) == 1
    assert data(repository, "--from", "2026-05-07", "--to", "2026-05-10")["moves"] == []


def test_what_splits_off_appears_and_what_stays_is_not_told(repository: Tree) -> None:
    """Three meet on Friday; with Thursday worked, two of them meet there, and Friday stays."""
    off = {"extraHolidays": ["2026-05-06", "2026-05-07"]}
    daily = {"repeatType": "day"}
    repository.scheduled("A", repeat=daily, timing={"skipHoliday": 1, "calendar": off})
    commit(repository.root)
    off = {"extraHolidays": ["2026-05-06"]}
    repository.scheduled("A", repeat=daily, timing={"skipHoliday": 1, "calendar": off})
    found = data(repository)
    assert [one["effective"][:10] for one in found["appears"]] == ["2026-05-07"]
    assert (found["vanishes"], found["moves"]) == ([], [])


def test_the_zone_of_the_app_is_edited(repository: Tree) -> None:
    settings = {"timezone": "Asia/Tokyo", "calendar": DAYS_OFF}
    repository.write("app.json", {"settings": settings})
    assert told(repository)[1:] == [
        "- was: every week on Wednesday at 09:00 UTC from 5 January 2026",
        "- is: every week on Wednesday at 09:00 Asia/Tokyo from 5 January 2026",
        "- moves Wed 2026-05-06 09:00 UTC → Wed 2026-05-06 09:00 JST",
        "1 moves",
    ]


def test_an_edit_that_shows_later(repository: Tree) -> None:
    repository.scheduled("A", repeat=WEEKLY, timing={"endTime": "2027-12-31"})
    assert told(repository) == [
        "Edited, with the same occurrences in this time: `tasks.A`",
        "No occurrence changes.",
    ]


def test_what_is_not_timing_is_not_told(repository: Tree) -> None:
    repository.scheduled("A", "def customFunc():\n    return 2\n", repeat=WEEKLY, title="Other")
    assert told(repository) == ["No occurrence changes."]


def test_tasks_for_rows(repository: Tree) -> None:
    def timing(days: int) -> dict:
        offset = {"offsetType": -1, "offset": days, "offsetUnit": "day", "time": "09:00"}
        return {"startField": "day", "startOffset": offset}

    repository.things()
    repository.dated("D", timing=timing(3))
    repository.dated("F", timing=timing(3))
    commit(repository.root)
    repository.dated("D", timing=timing(5))
    repository.dated("F", timing=timing(3), filter="Q('name','=','x')")
    repository.dated("New", timing=timing(3))
    rows = "- its occurrences depend on the rows"
    assert told(repository) == [
        "**`tasks.D`**",
        "- was: 3 days before day at 09:00 UTC",
        "- is: 5 days before day at 09:00 UTC",
        rows,
        "**`tasks.F`**: its filter or its model is edited",
        rows,
        "**`tasks.New`**",
        "- the task is new",
        "- for each row: 3 days before day at 09:00 UTC",
        rows,
        "No occurrence changes.",
    ]
    assert [one["forRows"] for one in data(repository)["edited"]] == [True, True, True]


def test_a_long_list_is_cut(repository: Tree) -> None:
    repository.scheduled("A", repeat={"repeatType": "minute"})
    lines = against(repository, "--limit", "2", "--to", "2026-05-04T01:00")
    assert lines[6:] == [
        "- appears Mon 2026-05-04 00:02 UTC",
        "- and 58 more; the last: appears Mon 2026-05-04 01:00 UTC",
        "",
        "60 appear",
    ]


def test_the_shape_for_programs(repository: Tree) -> None:
    repository.scheduled("B", repeat=WEEKLY)
    found = data(repository, ref="main")
    head = git(repository.root, "rev-parse", "HEAD")[:10]
    assert found.pop("baseline") == {"ref": "main", "commit": head, "exists": True}
    [appears] = found.pop("appears")
    assert found == {"vanishes": [], "moves": [], "edited": []}
    assert appears.pop("reasons") == ["the task is new"]
    [listed] = jittask_here(
        "plan", repository.root, "--task", "B", "--format", "jsonl", **ENV
    ).stdout.splitlines()
    assert appears == json.loads(listed)


def test_one_task(repository: Tree) -> None:
    repository.scheduled("B", repeat=WEEKLY)
    shutil.rmtree(repository.root / "tasks/A")
    assert told(repository, "--task", "A")[0] == "**`tasks.A`**: the task is removed"
    assert told(repository, "--task", "tasks.B")[0] == "**`tasks.B`**: the task is new"
    assert "did you mean tasks.B?" in failure(repository, "HEAD", "--task", "b")


def test_chinese(repository: Tree) -> None:
    repository.scheduled("A", repeat={"repeatType": "day"})
    assert "- was: 从2026年1月5日起，每周三 09:00（UTC）执行" in told(repository, "--lang", "zh")


# --- the repository


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_repository_is_left_as_it_is(repository: Tree) -> None:
    """Staged, changed and untracked files count as they stand, and stay so."""
    folder = repository.root.parent
    repository.scheduled("Staged", repeat=WEEKLY)
    git(folder, "add", "-A")
    repository.scheduled("Untracked", repeat=WEEKLY)
    os.utime(repository.root / "app.json", (0, 0))  # the index is stale, and is not refreshed
    before = snapshot(folder)
    heads = [line for line in told(repository) if line.startswith("**")]
    assert heads == [
        "**`tasks.Staged`**: the task is new",
        "**`tasks.Untracked`**: the task is new",
    ]
    assert snapshot(folder) == before


def test_from_a_hook(repository: Tree, tmp_path: Path) -> None:
    """Git tells its hooks about itself in the environment, with paths that are relative."""
    repository.scheduled("B", repeat=WEEKLY)
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    env = {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_WORK_TREE": "."}
    assert against(repository, **env)[2] == "**`tasks.B`**: the task is new"
    env = {"GIT_DIR": str(other / ".git"), "GIT_WORK_TREE": str(other)}
    assert against(repository, **env)[2] == "**`tasks.B`**: the task is new"


def test_by_its_folder_and_from_within(repository: Tree) -> None:
    repository.scheduled("B", repeat=WEEKLY)
    done = jittask("plan", "--against", "HEAD", cwd=repository.root / "tasks", **ENV)
    assert "**`tasks.B`**: the task is new" in done.stdout


def test_the_root_of_a_repository_in_a_linked_work_tree(tree: Tree, tmp_path: Path) -> None:
    tree.scheduled("A", repeat=WEEKLY)
    git(tree.root, "init", "-q", "-b", "main")
    commit(tree.root)
    git(tree.root, "worktree", "add", "-q", str(tmp_path / "linked"))
    linked = Tree(tmp_path / "linked")
    linked.scheduled("B", repeat=WEEKLY)
    assert told(linked)[0] == "**`tasks.B`**: the task is new"


def test_a_tree_that_is_new(repository: Tree) -> None:
    new = Tree(repository.root.parent / "new")
    new.scheduled("A", repeat=WEEKLY)
    lines = against(new)
    assert "which does not have this tree: 2026-05-04" in lines[0]
    assert lines[2] == "**`tasks.A`**: the task is new"
    assert data(new)["baseline"]["exists"] is False


def test_names_and_links(repository: Tree) -> None:
    folder = repository.root
    repository.write("commons/日本 “x”.py", "A = 1\n")
    (folder / "commons/link.py").symlink_to("日本 “x”.py")
    (folder / "commons/nowhere.py").symlink_to("/nonexistent")
    commit(folder)
    linked = folder / "tasks/Linked"
    linked.mkdir()
    for name in ("e.json", "inner.py"):
        (linked / name).symlink_to(f"../A/{name}")
    commit(folder)
    assert told(repository) == ["No occurrence changes."]


def test_a_baseline_whose_manifest_is_broken(repository: Tree) -> None:
    repository.write("app.json", "{")
    commit(repository.root)
    repository.write("app.json", {"settings": {"timezone": "UTC", "calendar": DAYS_OFF}})
    assert against(repository)[-1] in ("No occurrence changes.", "1 appears")


@pytest.mark.parametrize("ref", ["nope", "", "--help", "HEAD:app", "HEAD~9", "x y"])
def test_a_ref_that_is_none(repository: Tree, ref: str) -> None:
    assert f"no commit {ref!r} in this repository" in failure(repository, ref)


def test_a_shallow_clone(repository: Tree, tmp_path: Path) -> None:
    commit_now = git(repository.root, "rev-parse", "HEAD").strip()
    repository.scheduled("B", repeat=WEEKLY)
    commit(repository.root)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}", "clone")
    clone = Tree(tmp_path / "clone/app", calendar=DAYS_OFF)
    assert "the clone is shallow: git fetch --unshallow" in failure(clone, commit_now)
    git(clone.root, "fetch", "-q", "--unshallow")
    assert told(clone, "--task", "B") == ["No occurrence changes."]
    assert "**`tasks.B`**: the task is new" in against(clone, ref=commit_now)


def test_not_a_repository(tree: Tree) -> None:
    tree.scheduled("A")
    assert "not in a git repository" in failure(tree, "HEAD")


def test_what_git_itself_says(repository: Tree) -> None:
    (repository.root.parent / ".git/config").write_text("[core\n")
    assert "bad config" in failure(repository, "HEAD")


def test_no_git(repository: Tree) -> None:
    assert "git is not installed" in failure(repository, "HEAD", PATH="")


def test_content_that_is_lost(repository: Tree) -> None:
    digest = git(repository.root, "rev-parse", "HEAD:app/app.json").strip()
    (repository.root.parent / ".git/objects" / digest[:2] / digest[2:]).unlink()
    assert "git has no content of app.json" in failure(repository, "HEAD")
