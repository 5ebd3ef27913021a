"""actionlint, which reads the workflows in ``.github/`` as GitHub does, and their shell besides."""
