"""Checks every stack's file without engine, secrets or network: for a pipeline, or by hand."""
