"""The engine's tests: cases as data, run through the real ``pulumi``."""
