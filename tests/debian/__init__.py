"""`make quick` on Debian 13's own Python, by a user who has neither root nor a network."""
