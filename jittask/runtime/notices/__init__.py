"""Tells people what is wrong, and when it is over (rule R14)."""
