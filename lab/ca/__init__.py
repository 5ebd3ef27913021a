"""The lab's authorities: Pebble for what is under test, a root of its own for the rest."""
