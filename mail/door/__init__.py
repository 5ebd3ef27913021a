"""Who guesses passwords is shut out: a follower of the journal that fills nftables' sets.

It runs on the host, with its Python (3.9 at the least) and nothing but the standard library; the
very modules are installed there. ``docs/decisions/0018-the-door.md`` has the reasons.
"""
