"""``make graph``: a stack as a page to look at, drawn from its state."""
