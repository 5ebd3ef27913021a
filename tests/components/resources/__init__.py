"""Tests of the resources that the state remembers."""
