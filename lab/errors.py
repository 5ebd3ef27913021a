"""What goes wrong in the lab, said so that a person can act on it."""


class LabError(Exception):
    """A failed step: what failed, why, and the cure, in one message."""
