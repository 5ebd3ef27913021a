"""The door: what the journal says, and who is shut out."""
