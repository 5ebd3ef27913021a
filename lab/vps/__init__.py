"""The VPS as its provider delivers it: the files that make a Debian image one customer's server."""
