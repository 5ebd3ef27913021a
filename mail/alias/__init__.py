"""Aliases: where mail to an address goes, by chasquid's rules.

The left side is a local part, or ``*`` for every address that nothing else serves. A target is an
address, a local part of the same domain, ``*`` (the part that the mail was sent to), or an
address with ``via`` and the hosts to hand it to. chasquid follows aliases from one to the next,
10 look-ups at most; it ignores dots, and what follows a ``+`` unless an alias is named so.
Commands (``| program``) are refused: they would run as the mail server.
"""
