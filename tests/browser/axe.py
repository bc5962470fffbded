"""axe-core in a page: what a person who sees, hears or moves otherwise could not use."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """Fail where axe finds anything. It comes by the debugger: the page's policy stays in force.

    What is spoken is left out: it may still name a button that has gone with its screen.
    ``without`` names rules that a state of the page breaks with reason.
    """
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    found = page.evaluate(
        "([tags, off]) => axe.run({ exclude: [['[data-live-announcer]']] }, "
        "{ runOnly: tags, resultTypes: ['violations'], "
        "rules: Object.fromEntries(off.map(rule => [rule, { enabled: false }])) })",
        [list(RULES), list(without)],
    )
    lines = [
        f"{violation['id']}: {violation['help']}\n    {node['html']}\n    {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert not lines, "\n".join([f"{page.url}:", *lines])
