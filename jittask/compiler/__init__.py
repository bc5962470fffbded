"""The compiler: a tree of files to a frozen app and a list of diagnostics (section 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jittask.compiler.build import compile_tree

__all__ = ["compile_tree"]


def __getattr__(name: str) -> Any:
    """Import the pipeline on its first use: its values alone cost less (V7)."""
    if name != "compile_tree":
        raise AttributeError(f"module 'jittask.compiler' has no attribute {name!r}")
    from jittask.compiler.build import compile_tree

    return compile_tree
