"""The pages that a user reads, and a newcomer's walk through them in the lab."""
