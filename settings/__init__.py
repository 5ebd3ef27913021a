"""The stack's file: read, checked whole, and explained, with or without the engine.

Nothing here imports pulumi (``tests/test_layers.py`` holds that): the program, ``make
lint-stacks`` and ``make new`` share one check. What a domain, an alias or an SPF record may be is
known to ``mail/``.
"""
