"""``make users``: what each account on a stack's server sends, and which are shut out."""
