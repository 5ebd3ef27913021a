"""The engine and its plugins, run as the user runs them."""
