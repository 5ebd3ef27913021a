"""Gives the VPS's ACME accounts back to a Pebble that forgot them.

Pebble keeps nothing over a restart; a real certificate authority does. So after a restart each
account key found on the VPS is registered again, and certbot is told the account's new address.
"""

import json
import sys

from lab import plan
from lab.ca.issuer import AUTHORITY
from lab.net import network
from lab.nodes import VPS


def restore() -> None:
    """Register each account key found on the VPS; for one that Pebble knows nothing changes."""
    for regr in (VPS.root() / "etc/letsencrypt/accounts").glob("*/*/*/regr.json"):
        known = json.loads(regr.read_text())
        key = regr.with_name("private_key.json").read_text()
        if not known["uri"].startswith(f"https://{plan.CA.name}:") or '"RSA"' not in key:
            continue
        command = [sys.executable, "-m", "lab.ca.acme_account", plan.ACME_DIRECTORY, str(AUTHORITY)]
        uri = network.namespace_exec(plan.NETNS_OPERATOR, command, stdin=key).strip()
        if uri != known["uri"]:
            regr.write_text(json.dumps({**known, "uri": uri}))
