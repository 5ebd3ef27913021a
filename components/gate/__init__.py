"""The mail gate on the host: chasquid asks it about every mail before it takes it."""
