"""Tests of the connection to the host."""
