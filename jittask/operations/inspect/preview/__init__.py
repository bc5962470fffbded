"""What an unsaved ``e.json`` of a task means: in words, in times, in a year, in rows (rule C9)."""
