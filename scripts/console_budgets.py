"""Measures the console in a browser, against the budgets of rule C24; the table of the figures.

``python -m scripts.console_budgets [TASKS RUNS]``. Times in a page are taken in the page, by its
own clock: a row counts when the frame after it is drawn.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.records import fill_sqlite
from benchmarks.trees import make, put, scheduled
from jittask.model import AppSettings
from jittask.store import Store
from tests.browser import chromium

TASKS, RUNS, ROUNDS = 9_996, 1_000_000, 10
"""With a model, a service, a database and app.json, the tree has 10,000 elements."""
IDLE_SECONDS = 20.0
LATE_SECONDS = 20.0
WINDOWS = 10
PATIENCE = 60_000
WATCH = """
globalThis.seen = (wanted) => new Promise((resolve) => {
  const look = () => {
    if (!wanted()) return false;
    observer.disconnect();
    requestAnimationFrame(() => resolve({ sinceStart: performance.now(), at: Date.now() }));
    return true;
  };
  const observer = new MutationObserver(look);
  if (!look()) {
    observer.observe(document, { childList: true, subtree: true, characterData: true,
                                 attributes: true });
  }
});
globalThis.firstLine = globalThis.seen(() => document.querySelector('[role=treeitem]'));
"""
LATE_BODY = """
import os, time
from jittask import app, currentTask

def customFunc():
    late = time.time() - currentTask.effective.timestamp()
    handle = os.open(app.rootPath / "heard.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, f"{late}\\n".encode())
    os.close(handle)
"""


@dataclass
class Console:
    """A console in a process of its own."""

    process: subprocess.Popen[str]
    browser: Browser

    def link(self) -> str:
        """Return an address that signs a browser in."""
        assert self.process.stdout is not None
        return str(json.loads(self.process.stdout.readline())["url"])

    def page(self, link: str) -> Page:
        """Sign a new browser in, with nothing kept from another."""
        context = self.browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        context.add_init_script(WATCH)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(link)
        page.evaluate("firstLine")
        return page


@contextmanager
def serving(root: Path, browser: Browser) -> Iterator[Console]:
    """Give a console of a tree."""
    command = [sys.executable, "-m", "jittask", "console", str(root), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--format", "json"], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield Console(process, browser)
    finally:
        process.terminate()
        process.wait()


def shown(milliseconds: list[float]) -> str:
    """Return the median and the worst."""
    return f"{statistics.median(milliseconds):,.0f} ms (worst {max(milliseconds):,.0f})"


def first_paint(console: Console) -> tuple[str, str, str]:
    """Return how soon the tree is there, and what came until then; before signing in, too."""
    times, sizes = [], []
    for _ in range(ROUNDS):
        page = console.page(console.link())
        seen = page.evaluate("firstLine")
        times.append(seen["sinceStart"])
        sizes.append(loaded(page, seen["sinceStart"]))
        page.context.close()
    stranger = console.browser.new_page()
    stranger.goto(page.url.partition("#")[0])
    stranger.get_by_role("heading", name="Sign in").wait_for()
    size = loaded(stranger, stranger.evaluate("performance.now()"))
    stranger.close()
    return shown(times), f"{size / 1000:,.0f} KB", f"{max(sizes) / 1000:,.0f} KB"


def loaded(page: Page, until: float) -> int:
    """Return the bytes of scripts and styles that had come by then, as they were sent."""
    return int(
        page.evaluate(
            "([until]) => performance.getEntriesByType('resource')"
            ".filter(each => /[.](js|css)$/.test(each.name) && each.responseEnd <= until)"
            ".reduce((sum, each) => sum + each.encodedBodySize, 0)",
            [until],
        )
    )


def records_filter(console: Console) -> str:
    """Return how soon the records of another status are there after the click."""
    page = console.page(console.link())
    page.get_by_role("link", name="Execution records").click()
    page.get_by_role("table").wait_for()
    tabs = page.get_by_role("navigation", name="Status")
    times = []
    for number in range(ROUNDS):
        status = ("Failed", "Skipped", "Cancelled", "Completed")[number % 4]
        wanted = f"""() => {{
          const rows = [...document.querySelectorAll('tbody tr')]
            .filter((row) => row.cells.length > 5);
          return rows.length > 5 && rows.every((row) => row.textContent.includes('{status}'));
        }}"""
        times.append(timed(page, "click", tabs.get_by_role("link", name=status).click, wanted))
    page.context.close()
    return shown(times)


def timed(page: Page, event: str, act: Callable[[], object], wanted: str) -> float:
    """Return the milliseconds from an event in a page until it looks as wanted."""
    page.evaluate(
        f"""() => {{
          globalThis.measured = new Promise((resolve) => {{
            addEventListener('{event}', async () => {{
              const begun = performance.now();
              resolve((await seen({wanted})).sinceStart - begun);
            }}, {{ capture: true, once: true }});
          }});
        }}"""
    )
    act()
    return float(page.evaluate("measured"))


def live_update(console: Console, root: Path) -> str:
    """Return how soon a file that was written is in the tree."""
    page = console.page(console.link())
    page.get_by_role("searchbox").fill("written just now")
    page.get_by_text("No element matches").wait_for()
    times = []
    for number in range(ROUNDS):
        page.evaluate(
            f"""() => {{ globalThis.update = seen(() =>
            [...document.querySelectorAll('[role=treeitem]')].some((line) =>
              line.textContent.includes('written just now {number}.'))); }}"""
        )
        file = root / "tasks/group000/Task00000/e.json"
        draft = file.with_name("draft~")
        draft.write_text(
            json.dumps(scheduled(0) | {"title": f"written just now {number}."}), encoding="utf-8"
        )
        begun = time.time()
        draft.replace(file)
        times.append(page.evaluate("update")["at"] - begun * 1000)
    page.context.close()
    return shown(times)


def keystroke(console: Console) -> str:
    """Return how soon the preview says what a key has changed, its 60 ms of patience included."""
    page = console.page(console.link())
    origin = page.url.partition("#")[0]
    page.goto(f"{origin}#/elements/tasks.group000.Task00006")
    every = page.get_by_role("textbox", name="Every (minutes)")
    every.wait_for()
    times = []
    for number in range(ROUNDS):
        value = 20 + number
        every.fill("2")
        page.get_by_role("status").filter(has_text="2 minutes").first.wait_for()
        every.press("End")
        wanted = f"""() => [...document.querySelectorAll('[role=status]')]
          .some((line) => line.textContent.includes('{value} minutes'))"""
        times.append(timed(page, "input", partial(every.press, str(value)[-1]), wanted))
    page.context.close()
    return shown(times)


def idle(console: Console) -> str:
    """Return how much of a processor the console takes while one window is open."""
    page = console.page(console.link())
    process = psutil.Process(console.process.pid)
    time.sleep(5)
    before = process.cpu_times()
    time.sleep(IDLE_SECONDS)
    after = process.cpu_times()
    page.context.close()
    used = after.user + after.system - before.user - before.system
    return f"{100 * used / IDLE_SECONDS:.2f} %"


def lateness(browser: Browser, windows: int) -> str:
    """Return how late bodies start: twenty tasks that fire every second, some windows open."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "app"
        put(root / "app.json", {"appId": "b", "name": "b", "settings": {"timezone": "UTC"}})
        for number in range(20):
            task = root / f"tasks/Task{number}"
            put(task / "inner.py", LATE_BODY)
            repeat = {"repeatType": "custom", "rrule": "FREQ=SECONDLY"}
            put(task / "e.json", scheduled(number) | {
                "funcType": "Inner", "timerCfg": {"startTime": "2026-01-05", "repeat": repeat},
            })  # fmt: skip
        heard = root / "heard.txt"
        heard.touch()
        command = [sys.executable, "-m", "jittask", "run", str(root), "--no-console"]
        with (
            subprocess.Popen(command, stdout=subprocess.DEVNULL) as runtime,
            serving(root, browser) as console,
        ):
            pages = [console.page(console.link()) for _ in range(windows)]
            for page in pages:
                page.get_by_role("link", name="Execution records").click()
            time.sleep(5)
            before = len(heard.read_text().splitlines())
            time.sleep(LATE_SECONDS)
            found = [1000 * float(line) for line in heard.read_text().splitlines()[before:]]
            for page in pages:
                page.context.close()
            runtime.terminate()
    cuts = statistics.quantiles(found, n=100)
    return f"{statistics.median(found):.1f} ms (p99 {cuts[98]:.1f}, {len(found)} runs)"


def main() -> None:
    """Print the table."""
    tasks, runs = (int(given) for given in sys.argv[1:]) if len(sys.argv) > 1 else (TASKS, RUNS)
    with (
        TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium.program()) as browser,
    ):
        version = browser.version
        root = make(Path(folder) / "tree", tasks)
        with Store.open(AppSettings(), root, create=True) as store:
            fill_sqlite(store._database.engine.url, runs)
        with serving(root, browser) as console:
            paint, before, with_tree = first_paint(console)
            rows = [
                ("first load, before signing in", before, "140 KB"),
                ("first load, with the tree", with_tree, "180 KB"),
                ("first paint with the tree", paint, "1 s"),
                ("a filter of the records", records_filter(console), "300 ms"),
                ("a file on disk, in the tree", live_update(console, root), "1 s"),
                ("a key, in the preview", keystroke(console), "150 ms"),
                ("the console's process, idle", idle(console), "1 %"),
            ]
        rows += [
            ("lateness of bodies, no window", lateness(browser, 0), ""),
            (f"lateness of bodies, {WINDOWS} windows", lateness(browser, WINDOWS), "the same"),
        ]
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}, "
          f"Chromium {version}; {tasks:,} tasks, {runs:,} runs\n")  # fmt: skip
    print("| | measured | budget |\n| --- | ---: | ---: |")
    for name, measured, budget in rows:
        print(f"| {name} | {measured} | {budget} |")


if __name__ == "__main__":
    main()
