"""``jittask rule``: explains a diagnostic's code (rule V3)."""

from __future__ import annotations

import difflib

import click

from jittask.operations.errors import OperationError
from jittask.rules import RULES


@click.command()
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain CODE, which is in [brackets] in what validate says.

    What it means, why it is said, an example, and what to write instead.
    Without CODE, list them all.

    Example: jittask rule misspelt-key
    """
    if code is None:
        for rule in RULES.values():
            click.echo(f"{rule.code:<28} {rule.severity:<8} {rule.title}")
        return
    found = RULES.get(code)
    if found is None:
        near = difflib.get_close_matches(code, RULES, 1)
        hint = f"did you mean {near[0]}?" if near else "jittask rule lists them"
        raise OperationError(f"no rule {code!r}", hint)
    click.echo(f"{found.code} ({found.severity}): {found.title}\n")
    click.echo(f"{found.why}\n\n  wrong:   {found.example}\n  instead: {found.instead}")
