"""A task's function, run once from unsaved text with its changes rolled back (rule C15)."""
