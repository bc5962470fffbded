"""OpenTelemetry traces of plans, claims and runs, where they are asked for (rule R13)."""
