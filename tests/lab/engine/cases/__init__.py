"""The table: what the engine and its plugins do, official ones and stand-ins alike."""
