"""Stacks that are refused, each with what is said."""
