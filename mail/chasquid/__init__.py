"""The files that chasquid and its unit read."""
