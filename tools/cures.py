"""What `pulumi` says of a place that is not set up yet, and what the person does about it."""

LOCKED = "wait until the other run has ended; if it was killed: make unlock STACK={stack}"
CURES = {
    "no stack named": "make it: make new DOMAIN={stack} goes on where it stopped; commit its file",
    "incorrect passphrase": "this passphrase opens another stack: give its own by"
    " PULUMI_CONFIG_PASSPHRASE, or write it into ~/.tapal-passphrase",
    "passphrase must be set": "give the stack's passphrase by PULUMI_CONFIG_PASSPHRASE, or write it"
    " into ~/.tapal-passphrase",
    "PULUMI_ACCESS_TOKEN": "say where the state is: pulumi login --local for a folder of yours, or"
    " PULUMI_BACKEND_URL; with Pulumi's own service its token by PULUMI_ACCESS_TOKEN",
    "cannot start any token": "YAML takes no tab: indent that line of stacks/Pulumi.{stack}.yaml by"
    " spaces",
    "invalid YAML file": "mend that line of stacks/Pulumi.{stack}.yaml; make lint-stacks says more",
    "currently locked by": LOCKED,
    # Pulumi Cloud's words for it.
    "Another update is currently in progress": LOCKED,
}


def cure(said: str, stack: str) -> str:
    """Return the cure for what ``pulumi`` ``said`` about ``stack``; empty if none is known."""
    return next((text.format(stack=stack) for mark, text in CURES.items() if mark in said), "")
