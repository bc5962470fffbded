"""``jittask enable``; see ``switch``."""

from jittask.cli.switch import enable as command

__all__ = ["command"]
