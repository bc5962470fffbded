"""A variable that asks for the console everywhere does not keep ``--once`` from running."""

from __future__ import annotations

import pytest

from tests.running import jittask
from tests.tree import Tree


@pytest.mark.process
def test_once_starts_no_console_whatever_the_environment_says(tree: Tree) -> None:
    tree.scheduled("A")
    done = jittask("run", tree.root, "--once", JITTASK_CONSOLE="1")
    assert done.returncode == 0, done.stderr
    assert "console" not in done.stderr
    refused = jittask("run", tree.root, "--once", "--console")
    assert refused.returncode == 2
    assert "do not go together" in refused.stderr
