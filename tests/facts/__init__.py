"""Tests of what a host says of itself."""
