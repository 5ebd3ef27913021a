"""Measurements: two ways to do the same work, compared in one run and printed as a ratio."""
