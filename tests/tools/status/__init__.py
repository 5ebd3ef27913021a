"""Tests of ``make status``, by what a host answered once (``recorded.txt``)."""
