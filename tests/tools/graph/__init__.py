"""Tests of `make graph`, on a recorded state."""
