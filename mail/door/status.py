"""Who is blocked, and what tried to leave; and the way to let somebody in again. For root.

    python3 -m mail.door.status               as JSON
    python3 -m mail.door.status --free ADDRESS

To free somebody is written to the journal, as everything that the follower goes by. If it does
not hear that, since it does not run, the address is taken out of the kernel here, and the follower
reads it when it runs again.
"""

import argparse
import json
import sys
import syslog
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from mail.door import firewall, line, source
from mail.door.firewall import BLOCKED, FirewallError

REFUSED = "refused"
PATIENCE = 3.0  # seconds for the follower


def main(arguments: "list[str] | None" = None) -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--free", metavar="ADDRESS")
    parsed = parser.parse_args(arguments)
    try:
        if parsed.free is None:
            print(json.dumps(found(time.time()), indent=2))
        else:
            print(free(parsed.free))
    except (FirewallError, ValueError) as error:
        sys.exit(f"tapal-door: {error}")


def found(now: float) -> Mapping[str, object]:
    """Return who is blocked, and what was refused when it tried to leave.

    Args:
        now: Seconds since 1970.

    Raises:
        FirewallError: the firewall is not loaded.
    """
    blocked = [_blocked(one, now) for kind in "46" for one in firewall.elements(BLOCKED + kind)]
    refused = [_refused(one) for one in firewall.elements(REFUSED)]
    return {"blocked": blocked, "refusedToLeave": refused}


def free(address: str) -> str:
    """Have ``address`` let in again; return what came of it.

    Raises:
        FirewallError: the firewall is not loaded.
        ValueError: it is no address.
    """
    who = source.of(address.partition("/")[0])
    if who is None:
        raise ValueError(f"{address!r} is not an IP address")
    was = _is_blocked(who)
    syslog.openlog(line.STATUS)
    syslog.syslog(f"free {who}")
    deadline = time.monotonic() + PATIENCE
    while _is_blocked(who) and time.monotonic() < deadline:
        time.sleep(0.1)
    if _is_blocked(who):
        firewall.run(firewall.free([who]))
    shown = source.shown(who)
    return f"{shown} is let in again" if was else f"{shown} was not blocked"


def _is_blocked(who: str) -> bool:
    kind = "6" if ":" in who else "4"
    return any(one["val"] == who for one in firewall.elements(BLOCKED + kind))


def _blocked(element: Mapping[str, Any], now: float) -> Mapping[str, object]:
    until = "never"
    if "expires" in element:
        ends = datetime.fromtimestamp(now + element["expires"], timezone.utc)
        until = f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    return {"address": source.shown(element["val"]), "until": until}


def _refused(element: Mapping[str, Any]) -> Mapping[str, object]:
    protocol, port = element["val"]["concat"]
    packets = element.get("counter", {}).get("packets", 0)
    return {"protocol": protocol, "port": port, "packets": packets}


if __name__ == "__main__":
    main()
