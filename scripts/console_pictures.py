"""Takes the console's pictures, from a real run of the sample app.

``python -m scripts.console_pictures OUT``
"""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium

ROOT = Path(__file__).parent.parent
RUN_SECONDS = 30.0
SETTLE_MILLIS = 1_500
BY_HAND = ("reports.WeeklyReport", "reports.MonthEnd", "HourlySync", "NightlyCleanup", "Heartbeat")
PICTURES = {
    "overview": "/",
    "task": "/elements/tasks.reports.MonthEnd",
    "records": "/records",
}


def main(out: Path) -> None:
    """Run a copy of the sample app for a while, and take each picture in light and dark."""
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        tree = Path(folder) / "elements"
        ignored = shutil.ignore_patterns(".jittask", "data", "outbox", "__pycache__")
        shutil.copytree(ROOT / "elements", tree, ignore=ignored)
        subprocess.run([sys.executable, ROOT / "scripts/sample_data.py", tree], check=True)
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
                for name, address in PICTURES.items():
                    take(page, address, out / f"console-{name}-{theme}.png")
                page.context.close()
            runtime.terminate()


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
        device_scale_factor=2,
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(link)
    page.get_by_role("treeitem").first.wait_for()
    return page


def take(page: Page, address: str, file: Path) -> None:
    """Take a picture of a screen, a while after it has come: its stream is never idle."""
    page.goto(f"{page.url.partition('#')[0]}#{address}")
    page.get_by_role("main").get_by_role("heading").first.wait_for()
    page.wait_for_timeout(SETTLE_MILLIS)
    page.screenshot(path=file)
    sys.stdout.write(f"{file}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
