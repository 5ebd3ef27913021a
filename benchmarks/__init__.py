"""Measurements: ours against the other on the same work, in one run, printed as ratios."""
