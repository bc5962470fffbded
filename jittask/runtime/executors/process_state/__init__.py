"""What a body changes in its worker process, and how the next body is kept from seeing it (R6)."""
