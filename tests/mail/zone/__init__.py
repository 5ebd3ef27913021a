"""Tests of what becomes of a zone's records."""
