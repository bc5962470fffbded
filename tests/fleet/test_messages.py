"""What goes to a worker, and what it refuses (R10, H4)."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from jittask.compiler import compile_tree
from jittask.runtime.bundles import Bundles
from jittask.runtime.fleet.inbox import Inbox
from jittask.runtime.fleet.message import Offer, UnknownMessage, decode, encode
from jittask.runtime.fleet.packed_bundles import BadBundle, pack, unpack
from tests.tree import Tree

OFFER = Offer(7, 3, "0a" * 32)


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("offer", [OFFER, replace(OFFER, traceparent=TRACE)])
def test_a_message_is_read_as_it_was_written(offer: Offer) -> None:
    assert decode(json.loads(json.dumps(encode(offer)))) == offer


@pytest.mark.parametrize("trace", [7, "", f"{TRACE}\nTRACESTATE=x", TRACE.upper()])
def test_what_is_no_trace_context_is_left_out(trace: object) -> None:
    assert decode(encode(OFFER) | {"traceparent": trace}) == OFFER


@pytest.mark.parametrize(
    "changed",
    [
        {"protocol": 2}, {"protocol": None}, {"run": "7"}, {"token": None}, {"version": "../../etc"},
        {"version": "0A" * 32}, {"version": 7},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_of_this_protocol_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(UnknownMessage):
        decode(encode(OFFER) | changed)


@pytest.mark.parametrize("message", [None, [], "run 7", {}, {"run": 7, "token": 3}])
def test_what_is_none_of_ours_is_refused(message: object) -> None:
    with pytest.raises(UnknownMessage):
        decode(message)


def test_an_inbox_has_room_for_as_many_as_it_is_told() -> None:
    woken: list[int] = []
    inbox = Inbox()
    inbox.connect(lambda: woken.append(1))
    assert not inbox.has_room()
    inbox.make_room(2)
    for _ in range(2):
        assert inbox.has_room()
        inbox.put(OFFER)
    assert not inbox.has_room()
    assert inbox.take(1) == [OFFER]
    assert inbox.has_room()
    inbox.make_room(0)
    assert not inbox.has_room()
    assert inbox.take(9) == [OFFER]
    assert inbox.take(9) == []
    assert woken == [1, 1]


@pytest.fixture
def laid_out(tmp_path: Path) -> tuple[str, Path]:
    """A version of a task with a service, a model and a calendar, in its folder."""
    tree = Tree(tmp_path / "app", timezone="Asia/Shanghai", calendar={"country": "CN"})
    tree.things()
    tree.write("commons/__init__.py", "")
    tree.write("commons/words.py", "WORD = 'ä'\n")
    tree.dated(
        "Rows", "from commons.words import WORD\n\n\ndef customFunc(row):\n    return WORD\n"
    )
    app = compile_tree(tree.root).app
    task = app.tasks["tasks.Rows"]
    folder = Bundles(tmp_path / "state").lay_out(task, app.root)
    return task.version, folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_version_arrives_as_it_is(laid_out: tuple[str, Path], tmp_path: Path) -> None:
    version, folder = laid_out
    unpack(pack(folder), version, tmp_path / "there" / version)
    assert files(tmp_path / "there" / version) == files(folder)
    unpack(pack(folder), version, tmp_path / "there" / version)  # another worker was faster
    assert [path.name for path in (tmp_path / "there").iterdir()] == [version]
    there = compile_tree(tmp_path / "there" / version).app.tasks["tasks.Rows"]
    assert there.version == version


def test_the_same_files_are_packed_alike(laid_out: tuple[str, Path]) -> None:
    _, folder = laid_out
    assert pack(folder) == pack(folder)


@pytest.mark.parametrize("name", ["app.json", "tasks/Rows/inner.py", "more.py", "commons/words.py"])
def test_a_file_that_differs_is_noticed(
    laid_out: tuple[str, Path], tmp_path: Path, name: str
) -> None:
    version, folder = laid_out
    contents = files(folder)
    contents[name] = contents.get(name, b"") + b" "
    if name == "app.json":
        contents[name] = contents[name].replace(b"Shanghai", b"Tokyo")
    with pytest.raises(BadBundle):
        unpack(zipped(contents), version, tmp_path / "there" / version)
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("name", ["../out.py", "/out.py", "a/../../out.py", "a//b.py", "./a.py"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadBundle, match="outside"):
        unpack(zipped({name: b"x"}), "0a" * 32, tmp_path / "there" / ("0a" * 32))
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="cannot be read"):
        unpack(b"nothing", "0a" * 32, tmp_path / "there" / ("0a" * 32))


def zipped(contents: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target.getvalue()
