"""What receivers answer: read, and explained from a table (`answers.toml`)."""
