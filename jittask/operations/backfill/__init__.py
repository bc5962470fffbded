"""Runs occurrences of the past on request: previewed and made by one walk (rules V5, D7)."""
