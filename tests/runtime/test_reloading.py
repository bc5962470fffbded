"""What a reload writes to the store, by whichever thread comes first (H3)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from jittask.clock import SystemClock
from jittask.compiler import compile_tree
from jittask.runtime.element_states import ElementStates
from jittask.runtime.snapshot import first_snapshot

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_two_threads_do_not_write_at_once(tmp_path: Path) -> None:
    """Else the one with the older snapshot could have the last word."""
    compilation = compile_tree(tmp_path)
    writes, inside, go_on = [], threading.Event(), threading.Event()

    def put_elements(*_: object) -> None:
        writes.append(threading.current_thread().name)
        inside.set()
        assert go_on.wait(10)

    store = SimpleNamespace(put_elements=put_elements, note=lambda *_, **__: None, elements=dict)
    snapshot = first_snapshot(compilation, {}, {}, NOW)
    states = ElementStates(
        store,  # type: ignore[arg-type]
        SystemClock(),
        lambda: "me",
        lambda: snapshot,
        {},
    )
    states.reloaded(NOW, success=True)
    threads = [threading.Thread(target=states.write_pending, name=name) for name in ("a", "b")]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    threads[1].join(0.2)  # it waits for the other, or has written beside it by now
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert writes == ["a"]
