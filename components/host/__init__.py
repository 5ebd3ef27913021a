"""The server itself: base set-up, firewall, certificate, and the steps that run on it."""
