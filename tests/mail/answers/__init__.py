"""Tests of receivers' answers and what they mean."""
