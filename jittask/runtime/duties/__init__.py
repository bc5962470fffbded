"""What a runtime does in the background: one file for each duty, one thread for each."""
