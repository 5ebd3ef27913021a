"""Mistakes that a person makes, typed on a terminal: each is answered by its cause and its cure."""
