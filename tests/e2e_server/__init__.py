"""Servers that nothing can be built on, in the lab."""
