"""Tests of how changes are told."""
