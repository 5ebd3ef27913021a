"""Servers as they were before a first `up`, and what is said of them."""
