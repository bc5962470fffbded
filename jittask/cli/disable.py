"""``jittask disable``; see ``switch``."""

from jittask.cli.switch import disable as command

__all__ = ["command"]
