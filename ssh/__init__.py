"""The connection to the host: the only package that opens SSH."""
