"""What monitors ask: metrics for Prometheus, and whether all is well (rule R13)."""
