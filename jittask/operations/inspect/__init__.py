"""What can be asked of a tree without changing anything: each function takes a Workspace."""
