"""What would fire in a time, what an edit changes in it, and a year of it (rule V4)."""
