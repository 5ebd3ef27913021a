"""Prints what an HTTPS address of the lab answers: ``python -m lab.ca.fetch URL CA`` inside it."""

import ssl
import sys
import urllib.request


def fetch(url: str, authority: str) -> str:
    """Return the body at ``url``, whose certificate must come from the root in file ``authority``.

    Raises:
        urllib.error.URLError: it does not answer, or cannot be trusted.
    """
    trust = ssl.create_default_context(cafile=authority)
    with urllib.request.urlopen(url, timeout=10, context=trust) as answer:  # noqa: S310
        return str(answer.read().decode())


if __name__ == "__main__":
    print(fetch(sys.argv[1], sys.argv[2]), end="")
