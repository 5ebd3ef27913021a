"""``make demo``: a server set up and tried in the lab, step by step, and measured."""
