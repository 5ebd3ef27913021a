"""The gate: which mail it takes, and which it refuses."""
