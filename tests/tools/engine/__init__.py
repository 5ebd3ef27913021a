"""Tests of `make preview`, `up`, `destroy` and `unlock`."""
