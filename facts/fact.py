"""Facts: what a host is, one by one, each in a few words.

A fact has a name, such as ``package: certbot`` or ``chasquid.service``, and a value, such as
``installed`` or ``stopped, enabled``. A component names the values that it wants; `seen` gives
those that a snapshot shows. The two are compared as texts, and a preview shows both.
"""

import ipaddress
import re
from collections.abc import Callable

from debian.debian_support import Version

from facts import foreign_rules, upkeep
from facts.snapshot import Snapshot

DAY = 86400
# A renewal was due three weeks before: certbot renews 30 days before the end.
RENEWAL_DUE = 7 * DAY
# Signatures and TLS suffer from a clock that is further off (RFC 6376 §3.5, x=).
CLOCK = 60
# Below this apt and the mail queue cannot work (KiB).
DISK = 200 * 1024

MISSING = "missing"
INSTALLED = "installed"
OR_LATER = " or later"
RUNNING = "running"
ENABLED = "running, enabled"
NOBODY = "nobody"
CHASQUID = "chasquid"
AS_PROVIDED = "as the provider set it"
AS_SET_UP = "as it was set up"
RIGHT = "right"
ENOUGH = "enough"

_STATES = {
    "active": RUNNING,
    "inactive": "stopped",
    "activating": "starting",
    "deactivating": "stopping",
}
# Units that something else starts have no such word.
_SILENT = {"", "static", "indirect", "generated", "alias", "transient"}
_ARCHIVE = re.compile(r"https?://[^/]+/(debian|ubuntu)/?")
_UNIT = re.compile(r"[^ /]+\.(service|socket|timer|path)")


class FactError(ValueError):
    """There is no fact of that name."""


def seen(snapshot: Snapshot, name: str, wanted: str) -> str:
    """Return the value of the fact ``name``: ``wanted`` itself where it is met.

    Raises:
        FactError: nothing is known by that name.
    """
    if _UNIT.fullmatch(name):
        return _unit(snapshot, name)
    kind, _, about = name.partition(": ")
    if kind in _ABOUT:
        return _ABOUT[kind](snapshot, about, wanted)
    raise FactError(f"there is no fact {name!r}")


def _unit(snapshot: Snapshot, name: str) -> str:
    row = snapshot.row("unit", name)
    if row is None:
        return MISSING
    state, _result, enabled = row
    word = _STATES.get(state, state)
    return word if enabled in _SILENT else f"{word}, {enabled}"


def _last_run(snapshot: Snapshot, unit: str, _wanted: str) -> str:
    state = snapshot.row("unit", unit)
    result = state[1] if state else "success"
    return "no failure" if result in ("success", "") else f"failed ({result})"


def _package(snapshot: Snapshot, name: str, wanted: str) -> str:
    row = snapshot.row("package", name)
    if row is None or row[0] in ("not-installed", "config-files"):
        return MISSING
    status, version = row[0], row[1]
    if status != INSTALLED:
        return status
    if not wanted.endswith(OR_LATER):
        return INSTALLED
    minimum = wanted.removesuffix(OR_LATER)
    return wanted if Version(version) >= Version(minimum) else version


def _installations(snapshot: Snapshot, _: str, wanted: str) -> str:
    if "dpkg" in snapshot.rows:
        return "interrupted"
    broken = [
        name
        for name, row in snapshot.named.get("package", {}).items()
        if row[0] in ("half-installed", "half-configured", "unpacked", "triggers-pending")
    ]
    return f"half-way: {', '.join(broken)}" if broken else wanted


def _port(snapshot: Snapshot, port: str, _wanted: str) -> str:
    names = {
        name for row in snapshot.rows.get("listen", ()) if row[0] == port for name in row[1].split()
    }
    # systemd holds the socket as well, and alone as long as chasquid does not run.
    if CHASQUID in names:
        return CHASQUID
    return ", ".join(sorted(names)) or NOBODY


def _host_name(snapshot: Snapshot, _: str, wanted: str) -> str:
    now, at_boot = snapshot.value("hostname"), snapshot.value("hostname", 1)
    return now if now == at_boot or now != wanted else f"{now}, at boot {at_boot}"


def _time_zone(snapshot: Snapshot, _: str, _wanted: str) -> str:
    return snapshot.value("timezone") or "none"


def _locale(snapshot: Snapshot, _: str, wanted: str) -> str:
    known = {one.replace("-", "").lower() for one in snapshot.values("locale")}
    if wanted.replace("-", "").lower() not in known:
        return "not generated"
    return snapshot.value("language") or "none"


def _mirror(snapshot: Snapshot, _: str, wanted: str) -> str:
    if wanted == AS_PROVIDED:
        return "as an earlier setting named it" if snapshot.values("moved") else wanted
    # Only the distribution's own archive is moved: what others keep elsewhere is theirs.
    archives = {
        one.rstrip("/")
        for one in snapshot.values("archive")
        if _ARCHIVE.fullmatch(one) or one.rstrip("/") == wanted
    }
    return ", ".join(sorted(archives)) or "none"


def _in_hosts(snapshot: Snapshot, _: str, _wanted: str) -> str:
    return ", ".join(snapshot.values("hosts")) or "none"


def _cloud_init(snapshot: Snapshot, _: str, wanted: str) -> str:
    text = snapshot.value("cloud")
    return wanted if not text or "preserve_hostname: true" in text else "sets it at each boot"


def _clock(snapshot: Snapshot, _: str, _wanted: str) -> str:
    off = round(int(snapshot.value("clock") or 0) - snapshot.taken)
    return RIGHT if abs(off) <= CLOCK else f"{abs(off)} s {'ahead' if off > 0 else 'behind'}"


def _disk(snapshot: Snapshot, _: str, _wanted: str) -> str:
    free = int(snapshot.value("disk") or 0)
    return ENOUGH if free >= DISK else f"{free // 1024} MB"


def _boot(snapshot: Snapshot, _: str, wanted: str) -> str:
    state = snapshot.value("boot")
    return wanted if state in ("running", "degraded") else state


def _address(snapshot: Snapshot, address: str, _wanted: str) -> str:
    for row in snapshot.rows.get("address", ()):
        if _same(row[1].partition("/")[0], address):
            return row[2]
    return MISSING


def _same(one: str, other: str) -> bool:
    try:
        return ipaddress.ip_address(one) == ipaddress.ip_address(other)
    except ValueError:
        return one == other


def _route(snapshot: Snapshot, _: str, wanted: str) -> str:
    gateways = [one for one in snapshot.values("route") if one != "any"]
    if wanted == "there":
        return wanted if snapshot.values("route") else "none"
    # The state has what was last seen: after a step that was cut off, perhaps no address.
    met = any(_same(one, wanted) for one in gateways)
    return wanted if met else ", ".join(gateways) or "none"


def _ipv6_at_boot(snapshot: Snapshot, _: str, _wanted: str) -> str:
    return snapshot.value("ipv6") or "not set up"


def _firewall(snapshot: Snapshot, _: str, wanted: str) -> str:
    row = next(iter(snapshot.rows.get("firewall", ())), None)
    if row is None:
        return "gone"
    kernel, loaded, file, confirmed = row
    if kernel != loaded:
        return "changed by hand"
    return wanted if file == confirmed else "not confirmed"


def _certificate(snapshot: Snapshot, name: str, wanted: str) -> str:
    row = snapshot.row("certificate", name)
    if row is None:
        return MISSING
    installed, ends, server, names = row
    left = int(ends or 0) - int(snapshot.value("clock") or 0)
    if not ends or f"DNS:{name}" not in names:
        return "not a certificate of this name"
    if left < RENEWAL_DUE:
        return "expired" if left < 0 else f"ends in {left // DAY} days, not renewed"
    if server != wanted.removeprefix("valid, from "):
        return f"from {server or 'nobody knows where'}"
    return wanted if installed else MISSING


def _installed_certificate(snapshot: Snapshot, name: str, wanted: str) -> str:
    row = snapshot.row("certificate", name)
    if row is None or row[0] == MISSING:
        return MISSING
    return wanted if row[0] == INSTALLED else "another than was issued"


def _testing(snapshot: Snapshot, _: str, wanted: str) -> str:
    found = snapshot.value("testing")
    return wanted if found and wanted == "there" else found or MISSING


def _chasquid(snapshot: Snapshot, _: str, wanted: str) -> str:
    # Of one that does not run its unit tells.
    return snapshot.value("chasquid") or wanted


def _domain(snapshot: Snapshot, name: str, _wanted: str) -> str:
    row = snapshot.row("domain", name)
    if row is None:
        return MISSING
    owner, stack = row
    return f"there, for the stack {stack}" if owner == "root:root 755" else f"owned by {owner}"


def _file(snapshot: Snapshot, name: str, _wanted: str) -> str:
    row = snapshot.row("file", name)
    return row[0] if row and row[0] else MISSING


def _group(snapshot: Snapshot, name: str, _wanted: str) -> str:
    return "there" if name in snapshot.values("group") else MISSING


_ABOUT: dict[str, Callable[[Snapshot, str, str], str]] = {
    "automatic updates": upkeep.updates,
    "boot": _boot,
    "certificate": _certificate,
    "certificate in use": _installed_certificate,
    "chasquid's source": _testing,
    "chasquid reads": _chasquid,
    "clock": _clock,
    "cloud-init and the name": _cloud_init,
    "domain's folder": _domain,
    "file": _file,
    "firewall": _firewall,
    "free disk": _disk,
    "group": _group,
    "host name": _host_name,
    "installations": _installations,
    "IPv6 address": _address,
    "IPv6 at boot": _ipv6_at_boot,
    "IPv6 gateway": _route,
    "last run": _last_run,
    "locale": _locale,
    "name in /etc/hosts": _in_hosts,
    "other firewalls": foreign_rules.other_firewalls,
    "package": _package,
    "package mirror": _mirror,
    "port": _port,
    "program": _file,
    "policy-rc.d": upkeep.policy,
    "swap": upkeep.swap,
    "time zone": _time_zone,
    "updates come at": upkeep.hour,
}
