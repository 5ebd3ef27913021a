"""Shuts accounts out whose denial the gate asks for; run as root by ``tapal-gate-deny.service``.

    python3 -m mail.gate.deny

The gate itself has no rights, and what it asks for is trusted with nothing but names: each must be
that of an account in the policy. Then, each step fit to be repeated after a crash:

1. chasquid's users file gets its own scheme ``denied`` for the account (``chasquid-util``);
2. the policy's file says since when. Both are files that the deployment writes: the next preview
   shows them, and ``pulumi up`` gives the account back in both;
3. chasquid reads its users anew (SIGHUP; by itself it would within 30 seconds);
4. connections that are logged in as the account are cut. Which ones tells chasquid's own journal
   (``ADDRESS:PORT auth succeeded for ACCOUNT``); the kernel ends them (``ss --kill``). chasquid
   itself has no way to hang up on one client, and a restart would hang up on all. Where the kernel
   cannot do it, the gate refuses what comes over them, and chasquid ends them after 20 minutes.
"""

import contextlib
import ipaddress
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from mail.gate import spool, store
from mail.gate.over import utc
from mail.gate.policy import Domain

STATE = Path("/var/lib/private/tapal-gate")
CHASQUID = Path("/etc/chasquid")
SERVICE = "chasquid.service"
PORTS = (25, 465, 587)
LONGEST_CONNECTION = "21min"  # chasquid ends each after 20
AT_ONCE = 100
_LOGIN = re.compile(r"(?:[\d-]+ [\d:.]+ )?(\S+):(\d{1,5}) auth succeeded for (\S+)")

_log = logging.getLogger("tapal-gate-deny")


def main() -> int:
    """Deny every account that is asked for; return 1 if one could not be."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    asked = taken(STATE)
    if not asked:
        return 0
    known = accounts(store.load(store.FOLDER).domains)
    right = True
    denied = [name for name in asked if name in known]
    for name in denied:
        try:
            deny(name, known[name])
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            _log.error("%r could not be shut out: %s", name, error)
            right = False
    if not denied:
        time.sleep(1)  # whoever fills the spool with nonsense must not keep the machine busy
    for _ in range(2 if denied else 0):  # once more: who logged in while chasquid read its users
        reload_users()
        time.sleep(1)
        for name in denied:
            cut(logins(journal(), spellings(name, known[name])))
    return 0 if right else 1


def taken(state: Path) -> list[str]:
    """Return the names that are asked for, and take them out of the spool.

    The folder is the gate's own, so no link in it is followed.
    """
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    try:
        above = os.open(state, flags)
    except OSError:
        return []
    try:
        folder = os.open(spool.DENY, flags, dir_fd=above)
    except OSError:
        return []
    finally:
        os.close(above)
    try:
        names = sorted(os.listdir(folder))[:AT_ONCE]  # noqa: PTH208 - by its descriptor
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=folder)
    finally:
        os.close(folder)
    return names


def accounts(domains: Iterable[Domain]) -> "dict[str, Domain]":
    """Return every account's name, with its domain."""
    return {account.name: domain for domain in domains for account in domain.accounts.values()}


def spellings(name: str, domain: Domain) -> "set[str]":
    """Return the names by which chasquid may call the account."""
    local = name.rpartition("@")[0]
    return {f"{local}@{one}" for one in domain.spellings}


def deny(
    name: str, domain: Domain, *, config: Path = CHASQUID, policy: Path = store.FOLDER
) -> None:
    """Write into chasquid's users and into the policy that an account is denied.

    Raises:
        OSError: A file cannot be written.
        ValueError: The policy's file is not what it must be.
        subprocess.SubprocessError: chasquid's own tool has failed.
    """
    users = config / "domains" / domain.name / "users"
    mode = users.stat().st_mode & 0o777
    command = ["chasquid-util", f"-C={config}", "user-add", name, "--receive_only"]
    subprocess.run(command, check=True, capture_output=True, timeout=20)
    users.chmod(mode)  # the tool writes its own
    file = policy / "domains" / f"{domain.name}.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    entry = content["accounts"][name.rpartition("@")[0]]
    if not entry.get("denied"):
        entry["denied"] = f"{utc(time.time())}: it went on sending when it was over its limits"
        _replace(file, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    _log.warning("%r is denied: it cannot log in any more", name)


def reload_users() -> None:
    """Have the running chasquid read its users."""
    shown = _said("systemctl", "show", "-P", "MainPID", SERVICE).strip()
    if shown.isdigit() and int(shown) > 1:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(shown), signal.SIGHUP)


def journal() -> str:
    """Return what chasquid has logged in the time that a connection may last."""
    since = f"--since=-{LONGEST_CONNECTION}"
    return _said("journalctl", "-u", SERVICE, since, "-o", "cat", "--no-pager", "-q")


def logins(said: str, names: "set[str]") -> "list[tuple[str, int]]":
    """Return from where any of ``names`` logged in, as chasquid's journal has it."""
    matches = (_LOGIN.fullmatch(line.strip()) for line in said.splitlines())
    found = [_client(f"{one[1]}:{one[2]}") for one in matches if one and one[3] in names]
    return [one for one in dict.fromkeys(found) if one]


def cut(clients: "Iterable[tuple[str, int]]") -> None:
    """End the mail server's connections with ``clients`` (address and port)."""
    own = " or ".join(f"sport = :{one}" for one in PORTS)
    shown = _said("ss", "-H", "-t", "-n", "state", "established", f"( {own} )")
    wanted = set(clients)
    for peer in (line.split()[-1] for line in shown.splitlines() if line.strip()):
        if _client(peer) in wanted:
            _said("ss", "--kill", "-H", "-t", "-n", f"( {own} ) and dst = {peer}")


def _client(peer: str) -> "tuple[str, int] | None":
    """Return address and port of a peer as the kernel has it: IPv4 within IPv6, or not."""
    address, _, port = peer.rpartition(":")
    try:
        found = ipaddress.ip_address(address.strip("[]"))
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return str(mapped or found), int(port)
    except ValueError:
        return None


def _said(*command: str) -> str:
    """Return what a program says; one that fails is no reason to leave out the rest."""
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=20)
    except (OSError, subprocess.SubprocessError) as error:
        _log.error("%s", error)
        return ""
    if done.returncode:
        _log.error("%s: %s", command[0], done.stderr.decode(errors="replace").strip())
    return done.stdout.decode(errors="replace")


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), path.stat().st_mode & 0o777)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
