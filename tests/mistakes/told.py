"""What an answer to a mistake must have, and must not have."""

import re

from tests.docs.terminal import Said

# What a person can do nothing with: Python's and Pulumi's inside, and another product's offers.
NEVER = ("Traceback", "urn:", "app.pulumi.com", "Pulumi Cloud", "pulumi.com/docs/troubleshooting",
         "unhandled error", "NoneType", "Errno")  # fmt: skip
_DRAWN = re.compile(r"\s*\[(urn|provider|id)=")


def holds(said: Said, *words: str) -> None:
    """Assert that ``said`` has all ``words``, however lines are wrapped, and nothing of ours."""
    flat = re.sub(r"\s+", " ", said.output)
    for word in words:
        assert word in flat, f"{word!r} is not in\n{said.output}"
    # How Pulumi itself draws a resource is no answer to a mistake.
    ours = "\n".join(one for one in said.output.splitlines() if not _DRAWN.match(one))
    for word in NEVER:
        assert word not in ours, said.output
