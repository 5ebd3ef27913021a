"""``make lint-stacks``: checks every stack's file without engine, secrets or network."""
