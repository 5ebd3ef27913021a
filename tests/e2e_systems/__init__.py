"""The way from a blank server to a verified mail, on the other systems that a VPS may run."""
