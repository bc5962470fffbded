"""Takes the console's pictures, from a real run of the sample app.

``python -m scripts.console_pictures OUT``
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).parent.parent
RUN_SECONDS = 30.0
SETTLE_MILLIS = 1_500
BY_HAND = (
    "reports.WeeklyReport",
    "reports.MonthEnd",
    "HourlySync",
    "NightlyCleanup",
    "Heartbeat",
    "Prices",
)
FAILS = {
    "e.json": {
        "type": "tasks.NormalType",
        "title": "Price list",
        "enable": 1,
        "funcType": "Inner",
        "timerCfg": {"startTime": "2026-01-05 06:00:00", "repeat": {"repeatType": "day"}},
    },
    "inner.py": """PRICES = {"paper": 4.2, "ink": 31.5}


def customFunc():
    for article in ("paper", "ink", "staples"):
        print(f"{article}: {PRICES[article]:.2f}")
""",
}
"""A task whose record shows where it failed."""
FILTER = "(Q('status','=','active') | Q('status','=','ended')) & Q('expiryDate','>=',TODAY())"


def overview(page: Page) -> None:
    """What is wrong, what comes, what has been."""
    show(page, "/")


def new_scheduled(page: Page) -> None:
    """The dialog of a scheduled task, with a title in Chinese."""
    show(page, "/")
    open_dialog(page, "Scheduled Task")
    page.get_by_label("Title").fill("每日库存对账")
    page.get_by_text("MeiRiKuCunDuiZhang").first.wait_for()


def new_date_field(page: Page) -> None:
    """The dialog of a date-field task."""
    show(page, "/")
    open_dialog(page, "Date Field Task")
    page.get_by_label("Title").fill("Contract ends")


def editor(page: Page) -> None:
    """The form of a task whose times a holiday moves."""
    show(page, "/elements/tasks.reports.MonthEnd")


def conditions(page: Page) -> None:
    """A filter of three conditions in two groups."""
    show(page, "/elements/tasks.billing.ContractReminder")
    page.get_by_role("heading", name="Filter").wait_for()
    page.get_by_role("region", name="The rows as a table").scroll_into_view_if_needed()


def source(page: Page) -> None:
    """The source, with a mistake at its place."""
    show(page, "/elements/tasks.NightlyCleanup?mode=source")
    page.get_by_role("textbox", name="e.json").click()
    page.keyboard.press("Control+Home")
    for _ in range(7):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type(",")


def records(page: Page) -> None:
    """The records that ran in the last day."""
    show(page, "/records?from=1d")


def record(page: Page) -> None:
    """A run that failed."""
    show(page, "/records?status=failed")
    page.get_by_role("link", name="Price list").first.click()
    page.get_by_role("heading", name="Error").wait_for()


PICTURES: tuple[Callable[[Page], None], ...] = (
    overview, new_scheduled, new_date_field, editor, conditions, source, records, record,
)  # fmt: skip


def main(out: Path) -> None:
    """Run a copy of the sample app for a while, and take each picture in light and dark."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "elements"
        ignored = shutil.ignore_patterns(".jittask", "data", "outbox", "__pycache__")
        shutil.copytree(ROOT / "elements", tree, ignore=ignored)
        subprocess.run([sys.executable, ROOT / "scripts/sample_data.py", tree], check=True)
        prepare(tree)
        command = [sys.executable, "-m", "jittask", "run", str(tree), "--format", "json"]
        with (
            subprocess.Popen(
                [*command, "--console", "--port", "0"], stdout=subprocess.PIPE, text=True
            ) as runtime,
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=chromium.program()) as browser,
        ):
            for task in BY_HAND:
                trigger = [sys.executable, "-m", "jittask", "trigger", task, "--tree", str(tree)]
                subprocess.run(trigger, check=True, stdout=subprocess.DEVNULL)
            time.sleep(RUN_SECONDS)
            for theme in ("light", "dark"):
                page = signed_in(browser, link_of(runtime), theme)
                for picture in PICTURES if theme == "light" else PICTURES[:1]:
                    take(page, picture, out)
                page.context.close()
            runtime.terminate()


def prepare(tree: Path) -> None:
    """Add what there is to see: a task that fails, and a filter of more than one condition."""
    folder = tree / "tasks/Prices"
    folder.mkdir()
    (folder / "e.json").write_text(json.dumps(FAILS["e.json"], indent=2), encoding="utf-8")
    (folder / "inner.py").write_text(str(FAILS["inner.py"]), encoding="utf-8")
    reminder = tree / "tasks/billing/ContractReminder/e.json"
    text = reminder.read_text(encoding="utf-8")
    reminder.write_text(text.replace("Q('status','=','active')", FILTER), encoding="utf-8")


def link_of(runtime: subprocess.Popen[str]) -> str:
    """Return the next address that signs a browser in."""
    assert runtime.stdout is not None
    while True:
        event = json.loads(runtime.stdout.readline())
        if event["event"] == "link":
            return str(event["url"])


def signed_in(browser: Browser, link: str, theme: str) -> Page:
    """Return a page in which the element tree is there."""
    context = browser.new_context(
        color_scheme="dark" if theme == "dark" else "light",
        viewport={"width": 1280, "height": 800},
        device_scale_factor=1.5,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.get_by_role("treeitem").first.wait_for()
    return page


def show(page: Page, address: str) -> None:
    """Open a screen; the one before is left for good, with its dialogs."""
    page.goto(f"{page.url.partition('#')[0]}#{address}")
    page.reload()
    page.get_by_role("main").get_by_role("heading").first.wait_for()


def open_dialog(page: Page, kind: str) -> None:
    """Open the dialog of a new task."""
    page.get_by_role("button", name="New element").click()
    page.get_by_role("menuitem", name="Background Task").click()
    page.get_by_role("menuitem", name=kind, exact=True).click()
    page.get_by_role("dialog").wait_for()


def take(page: Page, picture: Callable[[Page], None], out: Path) -> None:
    """Take a picture of a screen, a while after it has come: its stream is never idle."""
    picture(page)
    page.wait_for_timeout(SETTLE_MILLIS)
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    file = out / f"console-{picture.__name__.replace('_', '-')}{'-dark' if dark else ''}.png"
    page.screenshot(path=file)
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
