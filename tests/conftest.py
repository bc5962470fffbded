"""What every test may ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tree import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "app")
