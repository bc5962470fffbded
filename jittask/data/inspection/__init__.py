"""Looks at business databases without changing them, and never for long (rules D3, D4, F9)."""
