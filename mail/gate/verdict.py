"""What the gate answers: the hook's exit status, and the sentence that the client is told."""

from dataclasses import dataclass

TAKEN = 0
REFUSED = 20  # chasquid answers 554
LATER = 75  # any other status: chasquid answers 451
_LONGEST = 400


@dataclass(frozen=True)
class Verdict:
    """The answer to one mail.

    Attributes:
        status: `TAKEN`, `REFUSED` or `LATER`.
        reason: One line of plain ASCII, with an enhanced status code (RFC 3463) in front.
        signs: The domain, served here, that is still to sign the mail; see `mail.gate.oneclick`.
    """

    status: int = TAKEN
    reason: str = ""
    signs: str = ""


def refused(code: str, reason: str) -> Verdict:
    """Return a refusal for good."""
    return Verdict(status=REFUSED, reason=_line(f"{code} {reason}"))


def later(code: str, reason: str) -> Verdict:
    """Return a refusal for now: the client tries again."""
    return Verdict(status=LATER, reason=_line(f"{code} {reason}"))


def _line(text: str) -> str:
    ascii_text = text.encode("ascii", "backslashreplace").decode("ascii")
    plain = "".join(char if " " <= char <= "~" else "?" for char in ascii_text)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 3]}..."
