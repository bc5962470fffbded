from .model import Invoice

__all__ = ["Invoice"]
