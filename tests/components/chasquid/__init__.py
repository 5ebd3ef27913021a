"""Tests of the mail server's components and steps."""
