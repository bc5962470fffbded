"""``--ignore CODE``: warnings that a project accepts, by their codes (rule V1)."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from jittask.cli.failure import WrongUse
from jittask.diagnostics import Severity
from jittask.rules import RULES

if TYPE_CHECKING:
    from jittask.compiler.import_check import Verdict

Codes = frozenset[str]


def ignore_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--ignore CODE``, repeated or with commas; the command gets ``ignore`` (codes)."""
    return click.option(
        "--ignore", metavar="CODE", multiple=True, callback=_codes,
        help="Leave out a warning, by its code; several: repeat it, or with commas.",
    )(command)  # fmt: skip


def without(verdict: Verdict, codes: Codes) -> tuple[Verdict, int]:
    """Return a verdict without the warnings of some codes, and how many those were."""
    if not codes:
        return verdict, 0
    shown = tuple(
        found for found in verdict.diagnostics if found.is_error or found.code not in codes
    )
    fewer = replace(verdict, diagnostics=shown)
    return fewer, len(verdict.mistakes) - len(fewer.mistakes)


def _codes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> Codes:
    codes = frozenset(code.strip() for part in given for code in part.split(",")) - {""}
    if given and not codes:
        raise click.BadParameter("expected the codes of warnings")
    for code in sorted(codes):
        rule = RULES.get(code)
        if rule is None:
            near = difflib.get_close_matches(code, RULES, 1)
            hint = f"did you mean {near[0]}?" if near else "jittask rule lists them"
            raise WrongUse(f"--ignore: no rule {code!r}", hint)
        if rule.severity is Severity.ERROR:
            raise WrongUse(
                f"--ignore: {code} is an error", "only warnings can be ignored; fix it instead"
            )
    return codes
