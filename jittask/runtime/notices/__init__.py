"""Notifies people of what is wrong, and when it is over (rule R14)."""
