"""Tests of chasquid's files, read by the real chasquid."""
