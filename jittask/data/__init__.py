"""The business's own databases: connections, tables, rows, filters as SQL (sections 2 and 4)."""
