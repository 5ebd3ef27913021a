"""``make logs``: what the mail server does, as it does it, or what became of one address's mail."""
