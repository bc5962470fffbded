"""In which language schedules are said."""

from __future__ import annotations

import os

import click


def from_environment() -> str:
    """Return the language of JITTASK_LANG, else of the locale: Chinese, or English."""
    own = os.environ.get("JITTASK_LANG", "").lower()
    if own in ("en", "zh"):
        return own
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "zh" if locale.lower().startswith("zh") else "en"


language_option = click.option(
    "--lang", "language", type=click.Choice(["en", "zh"]), default=from_environment,
    help="The language of sentences; that of the locale by default.",
)  # fmt: skip
