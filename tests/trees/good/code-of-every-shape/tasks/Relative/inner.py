from .helper import work as customFunc

__all__ = ["customFunc"]
