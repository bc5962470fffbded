"""The paths of the API: each parses, calls one operation and returns its view (rule C2)."""
