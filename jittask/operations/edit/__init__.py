"""What changes a tree's files: a switch in a task, a new task, a new tree."""
