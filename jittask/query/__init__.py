"""The Q language of filters: text to expression, checked (rule D2)."""

from jittask.query.q import Q

__all__ = ["Q"]
