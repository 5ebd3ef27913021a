"""chasquid on the host: installed, configured, running, and its mail domains."""
