"""The blocks that cannot be run here, each with the reason. All others are run by the walk.

A block is named by its page and its first line. Those that need an account with somebody else say
so on the page too: their fence is ``sh cloud``.
"""

from tests.docs.pages import Block

_GITHUB = "GitHub's own command, for a repository there; the workflows are rehearsed in tests/e2e"
_BUCKETS = "buckets and an account with Amazon, Google, Microsoft and Pulumi"
_UPDATE = "tests/docs/test_updating.py runs them, between a newer repository and a clone"
_PRIVATE = "tests/docs/test_updating.py runs them, between a public and a private repository"
_KEYS = "keys kept by a cloud; the same commands are run with a passphrase"

OUTSIDE = {
    (
        "README.md",
        "make demo",
    ): "`make test` runs this very test, and tests/e2e what the demo shows",
    (
        "README.md",
        "git clone URL tapal",
    ): "docs/getting-started.md has these six one by one, and there they are typed",
    ("docs/private-repository.md", "gh repo create"): _GITHUB,
    ("docs/private-repository.md", "git remote rename"): _PRIVATE,
    ("docs/private-repository.md", "git add stacks/"): _PRIVATE,
    ("docs/private-repository.md", "git fetch upstream"): _PRIVATE,
    (
        "docs/server-updates.md",
        "apt-get update",
    ): "apt's own work, which asks; the lab's server is as new as the lab's archive",
    ("docs/getting-started.md", "git clone URL"): "`Newcomer.arrive` is this very command",
    ("docs/pull-requests.md", "gh variable set PULUMI_BACKEND_URL"): _GITHUB,
    ("docs/pull-requests.md", "gh secret set PULUMI_CONFIG_PASSPHRASE"): _GITHUB,
    ("docs/pull-requests.md", "gh secret set TAPAL_SSH_PRIVATE_KEY"): _GITHUB,
    ("docs/pull-requests.md", "gh pr checkout 12"): _GITHUB,
    ("docs/state-and-secrets.md", "pulumi login s3://my-state-bucket"): _BUCKETS,
    (
        "docs/state-and-secrets.md",
        'pulumi stack init example.org --secrets-provider="awskms',
    ): _KEYS,
    ("docs/state-and-secrets.md", "pulumi stack rm example.org --force"): (
        "it would end the walk of the page; `pulumi stack rm` is run at the end of the other one"
    ),
    ("docs/updating.md", "git remote add upstream URL"): _UPDATE,
    ("docs/updating.md", "git fetch upstream --tags"): _UPDATE,
    ("docs/updating.md", "git switch -c update"): _UPDATE,
    ("docs/updating.md", "make version"): (
        "after a merge that cannot be made here; other tests run these commands"
    ),
    ("docs/state-and-secrets.md", 'pulumi stack change-secrets-provider "gcpkms'): _KEYS,
}


def reason(block: Block) -> str:
    """Return why a block is not run; nothing if it is."""
    named = (why for (page, start), why in OUTSIDE.items()
             if block.page == page and block.text.startswith(start))  # fmt: skip
    return next(named, "")
