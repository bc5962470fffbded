"""The compiler: a tree of files to a frozen app and a list of diagnostics (section 1)."""

from jittask.compiler.build import compile_tree

__all__ = ["compile_tree"]
