"""The gate and the door on the deployed server: who may send as whom, how much, and who is let in.

A deployment of its own, so that `make test` can bring it up beside that of tests/e2e.
"""
