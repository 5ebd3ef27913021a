"""The main job in the lab, end to end: the very program that a user runs, on real parts."""
