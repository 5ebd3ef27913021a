"""Tests of the host's component and steps."""
