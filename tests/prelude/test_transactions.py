"""Transactions of element code, on each database (D9): what is kept, what is rolled back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jittask import Q
from jittask.data.databases import DataError
from jittask.prelude import session
from jittask.prelude.app import App
from jittask.prelude.session import rehearsal, transaction


class Abandoned(Exception):
    """Raised by a block that is to be rolled back."""


def names(host: App, model: str = "Thing") -> list[str]:
    return [row["name"] for row in host.getElement(f"models.{model}").query(orderList=["id"])]


def add(host: App, name: str, model: str = "Thing") -> None:
    host.getElement(f"models.{model}").create({"name": name})


def test_models_of_one_database_share_a_transaction(host: App) -> None:
    """Their database elements differ and name one URL; two connections would lock each other out."""
    with host.transaction():
        add(host, "a", "Thing")
        add(host, "a", "Note")
    with suppress(Abandoned), host.transaction():
        add(host, "b", "Thing")
        add(host, "b", "Note")
        raise Abandoned
    assert (names(host, "Thing"), names(host, "Note")) == (["a"], ["a"])


def test_a_call_commits_by_itself(host: App) -> None:
    with suppress(Abandoned):
        add(host, "a")
        raise Abandoned
    assert names(host) == ["a"]


def test_a_transaction_in_another_is_a_savepoint(host: App) -> None:
    with host.transaction():
        add(host, "before")
        with suppress(Abandoned), host.transaction():
            add(host, "lost")
            with host.transaction():
                add(host, "lost", "Note")
            raise Abandoned
        with host.transaction():
            add(host, "inner")
        add(host, "after")
    assert names(host) == ["before", "inner", "after"]
    assert names(host, "Note") == []


def test_the_outer_transaction_rolls_back_what_an_inner_one_completed(host: App) -> None:
    with suppress(Abandoned), host.transaction():
        with host.transaction():
            add(host, "inner")
        raise Abandoned
    assert names(host) == []


def test_a_failed_statement_in_a_savepoint_leaves_the_transaction_usable(host: App) -> None:
    Thing = host.getElement("models.Thing")
    key = Thing.create({"name": "a"})["id"]
    with host.transaction():
        with pytest.raises(DataError), host.transaction():
            Thing.create({"id": key, "name": "b"})
        add(host, "c")
    assert names(host) == ["a", "c"]


def test_a_transaction_that_only_reads_takes_no_lock(sqlite_host: App) -> None:
    add(sqlite_host, "a")
    with sqlite_host.transaction():
        assert names(sqlite_host) == ["a"]
        in_thread(lambda: add(sqlite_host, "b"))
        assert names(sqlite_host) == ["a", "b"]


def in_thread(work: Callable[[], None]) -> None:
    """Do the work in another thread, to its end; raise what it raised."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


# --- a rehearsal, as in ``jittask try``


@pytest.mark.parametrize("keep", [False, True])
def test_a_rehearsal_looks_to_its_code_like_the_real_thing(host: App, keep: bool) -> None:
    with rehearsal(keep=keep):
        add(host, "before")
        with suppress(Abandoned), host.transaction():
            add(host, "lost")
            raise Abandoned
        with host.transaction():
            add(host, "inner")
        in_thread(lambda: add(host, "thread"))
        assert names(host) == ["before", "inner", "thread"]
    assert names(host) == (["before", "inner", "thread"] if keep else [])


def test_a_failed_call_in_a_rehearsal_harms_no_other(host: App) -> None:
    Thing = host.getElement("models.Thing")
    with rehearsal(keep=True):
        key = Thing.create({"name": "a"})["id"]
        with pytest.raises(DataError):
            Thing.create({"id": key, "name": "b"})
        add(host, "c")
    assert names(host) == ["a", "c"]


def test_a_rehearsal_that_raises_keeps_nothing(host: App) -> None:
    with suppress(Abandoned), rehearsal(keep=True):
        add(host, "a")
        raise Abandoned
    assert names(host) == []


def test_a_thread_in_a_rehearsal_waits_for_a_block_of_another_but_not_forever(
    sqlite_host: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "WAIT_SECONDS", 0.01)
    add(sqlite_host, "a")
    with rehearsal(keep=False), sqlite_host.transaction():
        with pytest.raises(TimeoutError, match="another thread"):
            in_thread(lambda: add(sqlite_host, "b"))
        add(sqlite_host, "c")
    assert names(sqlite_host) == ["a"]


@pytest.mark.parametrize("rehearsed", [False, True])
def test_work_handed_to_a_thread_by_a_coroutine_joins_its_transaction(
    sqlite_host: App, rehearsed: bool
) -> None:
    async def body() -> None:
        with sqlite_host.transaction():
            add(sqlite_host, "a")
            with suppress(Abandoned), sqlite_host.transaction():
                await asyncio.to_thread(add, sqlite_host, "lost")
                raise Abandoned
            await asyncio.to_thread(add, sqlite_host, "b")

    sqlite_host.getElement("models.Thing")
    with rehearsal(keep=True) if rehearsed else nullcontext():
        asyncio.run(body())
    assert names(sqlite_host) == ["a", "b"]


# --- any nesting, against a model of it


@dataclass(frozen=True)
class Write:
    model: str


@dataclass(frozen=True)
class Block:
    steps: tuple[Write | Block, ...]
    raises: bool


def blocks() -> st.SearchStrategy[Block]:
    writes = st.builds(Write, st.sampled_from(["Thing", "Note"]))
    plain = st.builds(Block, st.lists(writes, max_size=3).map(tuple), st.booleans())
    return st.recursive(
        plain,
        lambda inner: st.builds(
            Block, st.lists(writes | inner, max_size=4).map(tuple), st.booleans()
        ),
        max_leaves=8,
    )


def perform(host: App, step: Write | Block) -> None:
    if isinstance(step, Write):
        add(host, "x", step.model)
        return
    try:
        with transaction():
            for inner in step.steps:
                perform(host, inner)
            if step.raises:
                raise Abandoned
    except Abandoned:
        return


def expected(step: Write | Block, model: str) -> int:
    if isinstance(step, Write):
        return int(step.model == model)
    return 0 if step.raises else sum(expected(inner, model) for inner in step.steps)


@given(steps=st.lists(st.builds(Write, st.sampled_from(["Thing", "Note"])) | blocks(), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_nesting_keeps_what_no_block_rolled_back(
    shared_host: App, steps: list[Write | Block]
) -> None:
    models = {name: shared_host.getElement(f"models.{name}") for name in ("Thing", "Note")}
    for setting in (None, False, True):
        for model in models.values():
            model.delete(Q("id", ">", 0))
        if setting is None:
            for step in steps:
                perform(shared_host, step)
        else:
            with rehearsal(keep=setting):
                for step in steps:
                    perform(shared_host, step)
        for name, model in models.items():
            count = sum(expected(step, name) for step in steps)
            assert model.count() == (0 if setting is False else count)
