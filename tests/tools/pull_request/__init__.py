"""Tests of the pull request's comment."""
