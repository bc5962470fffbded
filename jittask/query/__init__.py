"""The Q language of filters: text to expression, checked, and evaluated on one row (rule D2)."""

from jittask.query.q import Q

__all__ = ["Q"]
