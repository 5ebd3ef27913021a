"""Tests of the lab itself, in a lab of their own."""
