"""A message: written, submitted, and read again as the receiver stored it."""
