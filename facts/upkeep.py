"""What keeps a host going by itself: automatic updates, their hour, swap."""

import re

from facts.snapshot import Snapshot

# Below this auto makes swap (MiB).
SMALL = 1024
AUTO, OFF = "auto", "off"
AS_PROVIDED = "as the distribution has it"
MAY = "may start chasquid"
_EARLIER = "as an earlier setting has it"
_HOUR = re.compile(r"\*-\*-\* (\d\d:\d\d):00")


def updated(*, reboots: bool) -> str:
    """Return how it is told that updates come, and whether the host is booted anew for them."""
    return f"on, with{'' if reboots else 'out'} reboots"


def updates(snapshot: Snapshot, _: str, wanted: str) -> str:
    """Return whether security updates come, as apt's settings are in the end."""
    row = next(iter(snapshot.rows.get("updates", ())), ("0", "0", "false", "0", ""))
    lists, upgrades, reboot, patterns, owner = row
    if wanted == AS_PROVIDED:
        return _EARLIER if owner else wanted
    if "0" in (lists, upgrades):
        return "off"
    if patterns == "0" or not owner:
        return "on, without chasquid"
    return updated(reboots=reboot.lower() in ("true", "1", "yes", "on", "with"))


def hour(snapshot: Snapshot, _: str, wanted: str) -> str:
    """Return when they come, as ``HH:MM``, or as systemd.time(7) writes it."""
    if wanted == AS_PROVIDED:
        return _EARLIER if "hours" in snapshot.rows else wanted
    found = [
        match[1] if (match := _HOUR.fullmatch(one)) else one for one in snapshot.values("hour")
    ]
    return ", ".join(found) or "never"


def policy(snapshot: Snapshot, _: str, wanted: str) -> str:
    """Return whether a package that is installed may start chasquid (policy-rc.d)."""
    return "may not start chasquid" if snapshot.value("policy") else wanted


def swap(snapshot: Snapshot, _: str, wanted: str) -> str:
    """Return what swap there is; ``wanted`` is ``auto``, ``off`` or a size such as ``512 MB``.

    Where the step could make none (a container, a full disk) that is what was to be.
    """
    row = next(iter(snapshot.rows.get("swap", ())), ("", "0", "", "", "", "0"))
    decided, size, is_on, at_boot, others, memory = row
    if not decided:
        return "not set up"
    if not decided.isdigit():
        return wanted
    if decided == "0":
        if size != "0" or at_boot:
            return f"a file of {size} MB"
        is_small = not others and int(memory) // 1024 < SMALL
        return "none, and memory is small" if wanted == AUTO and is_small else wanted
    if size == decided and is_on and at_boot:
        return wanted
    return f"{size} MB, {_lack(is_on, at_boot, decided)}"


def _lack(is_on: str, at_boot: str, decided: str) -> str:
    if not is_on:
        return "off"
    return f"not {decided}" if at_boot else "not at boot"
