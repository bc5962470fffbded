"""Trees that mean harm, or that went wrong: each gives a diagnostic or works, and hides nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

from jittask import compile_tree
from jittask.compiler import files as looks
from tests.running import jittask
from tests.tree import Tree

GOOD = "def customFunc():\n    return 1\n"
E = "tasks/Bad/e.json"


@pytest.fixture
def two(tree: Tree) -> Tree:
    """A task that a test breaks, and one that must load all the same."""
    tree.scheduled("Bad", GOOD)
    tree.scheduled("Good", GOOD)
    return tree


def codes(tree: Tree, *, imports: bool = False) -> list[str]:
    compilation = compile_tree(tree.root, imports=imports)
    assert "tasks.Good" in compilation.app.tasks
    return [one.code for one in compilation.diagnostics]


def sound(tree: Tree) -> str:
    return (tree.root / E).read_text(encoding="utf-8")


DEEP = 20_000
BYTES: list[tuple[str, bytes, list[str]]] = [
    ("50 MB of spaces", b" " * 50_000_000, ["file-too-large"]),
    ("deep lists", b"[" * DEEP + b"]" * DEEP, ["bad-json"]),
    ("deep objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP, ["bad-json"]),
    ("deep and cut off", b'{"a":[' * DEEP, ["bad-json"]),
    ("invalid UTF-8", b'{"type": "\xff\xfe"}', ["not-utf8"]),
    ("UTF-16", '{"type": "tasks.NormalType"}'.encode("utf-16"), ["not-utf8"]),
    ("NUL bytes", b'{"type"\0: 1}', ["bad-json"]),
    ("only NUL", b"\0" * 1000, ["bad-json"]),
    ("Infinity", b'{"type": -Infinity}', ["bad-json"]),
    ("a number of 10,000 digits", b'{"type": ' + b"9" * 10_000 + b"}", ["bad-json"]),
    ("a number beyond floats", b'{"type": 1e999}', ["unknown-type"]),
    ("half a character", b'{"type": "\\udc00"}', ["bad-json"]),
    ("100,000 keys", json.dumps({f"k{n}": n for n in range(100_000)}).encode(), ["missing-key"]),
    ("a string", b'"tasks.NormalType"', ["wrong-type"]),
    ("null", b"null", ["wrong-type"]),
]


@pytest.mark.parametrize(
    ("content", "said"), [case[1:] for case in BYTES], ids=[c[0] for c in BYTES]
)
def test_bytes(two: Tree, content: bytes, said: list[str]) -> None:
    (two.root / E).write_bytes(content)
    assert codes(two) == said


def test_a_byte_order_mark_and_crlf_are_no_mistakes(two: Tree) -> None:
    (two.root / E).write_bytes(b"\xef\xbb\xbf" + sound(two).replace("\n", "\r\n").encode())
    (two.root / "tasks/Bad/inner.py").write_bytes(
        b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    )
    assert codes(two, imports=True) == []


def test_columns_hold_behind_a_byte_order_mark_and_crlf(two: Tree) -> None:
    wrong = sound(two).replace('"Inner"', '"inner"')
    (two.root / E).write_bytes(b"\xef\xbb\xbf" + wrong.replace("\n", "\r\n").encode())
    [found] = compile_tree(two.root).diagnostics
    assert (found.location.line, found.location.column, found.location.end_column) == (4, 15, 22)


def test_names_that_are_no_text(two: Tree) -> None:
    two.scheduled("Line\nbreak", GOOD)
    try:
        (two.root / os.fsdecode(b"tasks/\xff")).mkdir()
    except OSError:
        pytest.skip("this file system takes no such name")
    assert codes(two) == ["file-unreadable", "file-unreadable"]
    assert jittask("validate", "--no-import", two.root).returncode == 1


def test_a_message_cannot_steer_the_terminal(two: Tree) -> None:
    two.write(E, sound(two).replace('"Inner"', '"\\u001b[2J\\u009b2J"').replace("T", "\x9b2J"))
    done = jittask("validate", "--no-import", two.root)
    assert "\x1b" not in done.stdout
    assert "\x9b" not in done.stdout


def test_links_in_circles(two: Tree) -> None:
    (two.root / "tasks/up").symlink_to("..")
    (two.root / "tasks/Bad/self").symlink_to(".")
    for one, other in (("x", "y"), ("y", "x")):
        (two.root / "tasks/loops" / one).mkdir(parents=True)
        (two.root / "tasks/loops" / one / "to").symlink_to(two.root / "tasks/loops" / other)
    (two.root / "tasks/itself").symlink_to("itself")
    assert codes(two) == []


def test_folders_without_end(two: Tree) -> None:
    here = os.open(two.root / "tasks", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    assert codes(two) == ["file-unreadable"]
    subprocess.run(["rm", "-rf", two.root / "tasks/d"], check=True)  # pytest's own would recurse


def test_a_linked_folder_is_an_element(two: Tree, tmp_path: Path) -> None:
    shutil.move(two.root / "tasks/Bad", tmp_path / "elsewhere")
    (two.root / "tasks/Bad").symlink_to(tmp_path / "elsewhere")
    assert codes(two) == []
    assert "tasks.Bad" in compile_tree(two.root).app.tasks


def test_links_to_nothing_and_to_themselves(two: Tree) -> None:
    for target in ("nowhere", "e.json"):
        (two.root / E).unlink()
        (two.root / E).symlink_to(target)
        assert codes(two) == ["file-unreadable"]


def test_what_is_no_file(two: Tree) -> None:
    (two.root / E).unlink()
    os.mkfifo(two.root / E)
    assert codes(two) == ["file-unreadable"]
    (two.root / "tasks/Good/data").symlink_to("/dev/zero")
    compilation = compile_tree(two.root)
    assert [one.element for one in compilation.diagnostics] == ["tasks.Bad", "tasks.Good"]


@pytest.mark.skipif(not Path("/proc/self/pagemap").exists(), reason="has no such files")
def test_files_that_never_end(two: Tree) -> None:
    (two.root / "tasks/Good/data").symlink_to("/proc/self/pagemap")
    (two.root / "tasks/Bad/inner.py").unlink()
    (two.root / "tasks/Bad/inner.py").symlink_to("/proc/self/pagemap")
    assert codes(two) == ["function-missing"]


@pytest.mark.process
def test_folders_that_may_not_be_read(two: Tree) -> None:
    (two.root / "tasks/Bad").chmod(0)
    as_anyone: list[str] = []
    if os.geteuid() == 0:  # root may read everything, unless it is told not to
        as_anyone = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    done = subprocess.run(
        [*as_anyone, sys.executable, "-m", "jittask", "validate", "--no-import", two.root],
        capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    (two.root / "tasks/Bad").chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert "tasks/Bad:1:1 error [file-unreadable] the folder cannot be read" in done.stdout
    assert "1 error in 1 elements" in done.stderr


@pytest.mark.parametrize("file", [E, "tasks/Bad/inner.py"])
def test_a_file_that_vanishes_while_it_is_read(
    two: Tree, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = looks.Files.read

    def vanishing(self: looks.Files, wanted: str) -> bytes:
        if wanted == file:
            (two.root / file).unlink(missing_ok=True)
        return read(self, wanted)

    monkeypatch.setattr(looks.Files, "read", vanishing)
    assert codes(two) == ["file-unreadable"]


EVERYWHERE = (
    "import contextlib, os\nfor n in range(3, 20):\n"
    "    with contextlib.suppress(OSError):\n        os.write(n, %s)\n"
)
MODULES: list[tuple[str, str, list[str]]] = [
    ("leaves the process", "import os\nos._exit(0)\n", ["import-failed"]),
    ("exits", "raise SystemExit\n", ["import-failed"]),
    ("kills itself", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", ["import-failed"]),
    ("kills its group", "import os, signal\nos.killpg(0, signal.SIGKILL)\n", ["import-failed"]),
    ("interrupts", "raise KeyboardInterrupt\n", ["import-failed"]),
    ("prints", "print('{\"begin\": \"x\"}')\n", []),
    ("writes to the descriptor", "import os\nos.write(1, b'{\"end\": 1}\\n')\nos.close(1)\n", []),
    ("writes to every descriptor", EVERYWHERE % "b'no JSON\\n'", ["import-failed"]),
    ("answers nonsense", EVERYWHERE % "b'[1]\\n'", ["import-failed"]),
    ("answers half", EVERYWHERE % "b'{\"name\": \"tasks.Bad\"}\\n'", ["import-failed"]),
    ("never ends a line", "while True:\n" + indent(EVERYWHERE % "b'x' * 9999", "    "), ["import-failed"]),
    ("reads standard input", "import sys\nsys.stdin.read()\n", []),
    ("forks", "import os\nos.fork()\n", []),
    ("forks and stays", "import os, time\nif os.fork() == 0:\n    time.sleep(999)\n", []),
    ("starts a thread", "import threading, time\nthreading.Thread(target=time.sleep, args=(999,)).start()\n", []),
    ("recurses", "def f():\n    f()\nf()\n", ["import-failed"]),
    ("changes the folder", "import os\nos.chdir('/')\n", []),
    ("hides the names", "import sys\nsys.modules.clear()\n", []),
]  # fmt: skip


@pytest.mark.process
@pytest.mark.parametrize(
    ("body", "said"), [case[1:] for case in MODULES], ids=[c[0] for c in MODULES]
)
def test_code_that_is_imported(two: Tree, body: str, said: list[str]) -> None:
    two.write("tasks/Bad/inner.py", body + GOOD)
    found = codes(two, imports=True)
    if body.startswith("import sys\nsys.modules"):
        assert found in ([], ["import-failed"])
    else:
        assert found == said


@pytest.mark.process
@pytest.mark.parametrize("shape", ["text", "json", "sarif", "github", "junit"])
def test_an_exception_that_no_report_can_write(two: Tree, shape: str) -> None:
    two.write("tasks/Bad/inner.py", "raise ValueError('\\ud800 \\x00' + 'x' * 10**7)\n" + GOOD)
    done = jittask("validate", two.root, "--format", shape)
    assert done.returncode == 1, done.stderr
    assert "ValueError" in done.stdout
    assert len(done.stdout) < 10_000


@pytest.mark.process
def test_code_that_never_comes_back(two: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jittask.compiler.probe.SECONDS", 1.0)
    two.write("tasks/Bad/inner.py", "import time\nwhile True:\n    time.sleep(1)\n" + GOOD)
    assert codes(two, imports=True) == ["import-failed"]


PYTHON: list[tuple[str, bytes]] = [
    ("NUL", b"def customFunc():\0\n"),
    ("invalid UTF-8", b"def customFunc():\n    '\xff'\n"),
    ("unknown encoding", b"# coding: no-such\ndef customFunc():\n    pass\n"),
    ("deep brackets", b"x = " + b"(" * 5000 + b")" * 5000),
    ("deep operators", b"x = " + b"-" * 50_000 + b"1"),
    ("deep attributes", b"x = a" + b".a" * 50_000),
    ("deep sums", b"x = 1" + b"+1" * 50_000),
    ("5 MB", b"#" * 5_000_000),
]


@pytest.mark.parametrize("content", [case[1] for case in PYTHON], ids=[case[0] for case in PYTHON])
def test_python_that_is_none(two: Tree, content: bytes) -> None:
    (two.root / "tasks/Bad/inner.py").write_bytes(content)
    [code] = codes(two)
    assert code in ("bad-python", "file-too-large", "function-missing")


def test_a_latin_1_module_says_so_and_loads(two: Tree) -> None:
    text = "# coding: latin-1\ndef customFunc(größe):\n    pass\n"
    (two.root / "tasks/Bad/inner.py").write_bytes(text.encode("latin-1"))
    [found] = compile_tree(two.root).diagnostics
    assert (found.code, found.location.line, found.location.column) == ("too-many-parameters", 2, 5)


FILTERS = [
    "__import__('os').system('touch {mark}')",
    "Q('name', '=', __import__('os').system('touch {mark}'))",
    "Q('name', '=', open('{mark}', 'w'))",
    "Q('name', '=', f'{{open(\"{mark}\", \"w\")}}')",
    "[open('{mark}', 'w') for _ in (1,)]",
    "(lambda: open('{mark}', 'w'))()",
    "Q.__class__.__bases__[0].__subclasses__()",
    "Q(**{{'name': open('{mark}', 'w')}})",
    "Q(*[open('{mark}', 'w')])",
    "(x := open('{mark}', 'w'))",
    "exec('import os')",
]


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_is_never_code(tree: Tree, tmp_path: Path, text: str) -> None:
    mark = tmp_path / "mark"
    tree.things()
    tree.scheduled("Good", GOOD)
    tree.dated("Bad", filter=text.format(mark=mark))
    assert codes(tree, imports=True) == ["filter-syntax"]
    assert not mark.exists()


def test_a_cache_that_was_tampered_with(two: Tree) -> None:
    two.write(E, sound(two).replace('"Inner"', '"inner"'))
    first = jittask("validate", "--no-import", two.root)
    kept = two.root / ".jittask/cache/verdict.jsonl"
    for content in (b"", b"[]", b'{"stamp": 1}', b"\xff", kept.read_bytes()[:-100]):
        kept.write_bytes(content)
        again = jittask("validate", "--no-import", two.root)
        assert (again.returncode, again.stdout) == (1, first.stdout)


def test_a_cache_that_a_stranger_sent(two: Tree, tmp_path: Path) -> None:
    """No link in it is followed, and no pipe waited for."""
    precious = tmp_path / "precious"
    precious.write_text("mine", encoding="utf-8")
    cache = two.root / ".jittask/cache"
    cache.mkdir(parents=True)
    (two.root / ".jittask/.gitignore").symlink_to(tmp_path / "made")
    for name in ("began", "verdict.jsonl.draft"):
        (cache / name).symlink_to(precious)
    os.mkfifo(cache / "verdict.jsonl")
    assert jittask("validate", "--no-import", two.root).returncode == 0
    assert precious.read_text(encoding="utf-8") == "mine"
    shutil.rmtree(cache)
    (tmp_path / "elsewhere").mkdir()
    cache.symlink_to(tmp_path / "elsewhere")
    assert jittask("validate", "--no-import", two.root).returncode == 0
    assert [one.name for one in tmp_path.iterdir() if one.name == "made"] == []
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.process
def test_ten_thousand_elements(tmp_path: Path) -> None:
    tree = Tree(tmp_path / "tree")
    tree.scheduled("g0/T0", GOOD)
    for n in range(1, 10_000):
        folder = tree.root / f"tasks/g{n % 100}/T{n}"
        folder.parent.mkdir(exist_ok=True)
        folder.mkdir()
        for name in ("e.json", "inner.py"):
            os.link(tree.root / "tasks/g0/T0" / name, folder / name)
    done = jittask("validate", "--no-import", tree.root)
    assert done.returncode == 0, done.stderr
    assert "10000 elements (10000 tasks), no problems" in done.stdout
