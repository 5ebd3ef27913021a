"""Postfix with what signs for it, measured beside chasquid."""
