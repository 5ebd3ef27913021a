"""What a stack may say: a module for each part of its file; each check returns findings."""
