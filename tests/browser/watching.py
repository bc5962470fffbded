"""What a page does wrong without showing it: errors in its console, and what its policy blocked."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, WebError

_REPORT = "reportViolation"
_LISTEN = f"""
document.addEventListener('securitypolicyviolation', (event) =>
  globalThis.{_REPORT}(`${{event.effectiveDirective}} blocked ${{event.blockedURI}} at `
    + `${{event.sourceFile}}:${{event.lineNumber}}`));
"""


class Watcher:
    """Collects what goes wrong in every page of a context."""

    def __init__(self, context: BrowserContext) -> None:
        self._seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.expose_binding(_REPORT, self._violation)
        context.add_init_script(_LISTEN)

    def expect(self, pattern: str) -> None:
        """Let pass what a test causes on purpose, such as ``status of 401``."""
        self._expected.append(re.compile(pattern))

    def check(self) -> None:
        """Fail for all else that went wrong."""
        wrong = [
            line for line in self._seen if not any(want.search(line) for want in self._expected)
        ]
        assert not wrong, "\n".join(wrong)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._seen.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self._seen.append(f"uncaught: {error.error}")

    def _violation(self, source: dict[str, object], words: str) -> None:
        self._seen.append(f"policy: {words}")
