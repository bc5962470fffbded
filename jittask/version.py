"""The version of JitTask, where every file may import it from."""

__version__ = "0.1.0"
