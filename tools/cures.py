"""What `pulumi` says of a place that is not set up yet, and what the person does about it."""

LOCKED = "wait until the other run has ended; if it was killed: make unlock STACK={stack}"
CURES = {
    "no stack named": "make it: pulumi stack init {stack}; then commit its file",
    "incorrect passphrase": "give the stack's own passphrase by PULUMI_CONFIG_PASSPHRASE",
    "passphrase must be set": "give the stack's passphrase by PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_ACCESS_TOKEN": "give a token of Pulumi Cloud by PULUMI_ACCESS_TOKEN, or name another"
    " place for the state by PULUMI_BACKEND_URL",
    "currently locked by": LOCKED,
    # Pulumi Cloud's words for it.
    "Another update is currently in progress": LOCKED,
}


def cure(said: str, stack: str) -> str:
    """Return the cure for what ``pulumi`` ``said`` about ``stack``; empty if none is known."""
    return next((text.format(stack=stack) for mark, text in CURES.items() if mark in said), "")
