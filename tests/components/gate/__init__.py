"""The mail gate on the host: its hook, its files, its order."""
