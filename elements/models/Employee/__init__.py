from .model import Employee

__all__ = ["Employee"]
