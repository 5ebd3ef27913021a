"""``make status``: how a stack's server is, what waits there, and what became of the last mails."""
