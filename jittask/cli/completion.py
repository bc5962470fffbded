"""``jittask completion``: makes a shell complete commands, tasks and runs (rule V5)."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from jittask.cli.exit_codes import COMPLETE_VARIABLE

_SHELLS = ("bash", "zsh", "fish")
_INSTALL = {
    "bash": "echo 'eval \"$(jittask completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(jittask completion zsh)\"' >> ~/.zshrc",
    "fish": "jittask completion fish > ~/.config/fish/completions/jittask.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
@click.option("--install-line", is_flag=True, help="Print the command that installs it instead.")
@click.pass_context
def command(context: click.Context, shell: str, install_line: bool) -> None:
    """Print the script that makes SHELL complete commands, options, tasks and runs.

    Example: jittask completion bash --install-line
    """
    if install_line:
        click.echo(_INSTALL[shell])
        return
    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root()
    click.echo(found(root.command, {}, "jittask", COMPLETE_VARIABLE).source())
