"""Ends the program by a text for its user, and by nothing else."""

from typing import NoReturn

import pulumi

TOLD = 32
"""The exit status by which a program says to Pulumi that its user has been told why it ended.

After any other, and after a ``pulumi.RunError`` too, Pulumi's language host adds a line of its own:
"an unhandled error occurred: program exited with non-zero exit code: 1".
"""


class Refusal(SystemExit):
    """The program does not go on; its user has been told why, and that is its text.

    Not an error by class: nothing that handles errors on the way may take it for one.
    """

    def __init__(self, text: str) -> None:
        super().__init__(TOLD)
        self.text = text

    def __str__(self) -> str:
        """Return what the user was told."""
        return self.text


def refuse(text: str) -> NoReturn:
    """Tell the user ``text``, why the program does not go on, and end it.

    Raises:
        Refusal: always.
    """
    pulumi.log.error(text)
    raise Refusal(text)
