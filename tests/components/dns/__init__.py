"""Tests of the records that are declared."""
