from .model import Contract

__all__ = ["Contract"]
