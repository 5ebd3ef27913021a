"""Questions about the server, and what it answers itself over SSH."""

import os
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, ip_interface

from facts.survey import Survey
from facts.uplink import Uplink
from mail.finding import Finding
from settings.rules.new_stack import SERVER_ADDRESS
from tools.new_stack import host_key, server
from tools.new_stack.draft import Draft
from tools.new_stack.host_key import HostKeyError
from tools.new_stack.page import wrong_in
from tools.new_stack.questions import BY_NAME
from tools.new_stack.server import Server, ServerError
from tools.new_stack.terminal import NO, Nobody, NobodyError, Terminal

# What most providers use where they name none, and every one takes for its router.
GATEWAY, PREFIX = "fe80::1", "64"


def ask_addresses(draft: Draft, terminal: Terminal) -> Draft:
    """Ask for the server's addresses, both in one answer."""
    if not draft.has_own_host or draft.has("ipv4"):
        return draft
    while True:
        said = terminal.ask(
            "Your server's IP address",
            "As the provider's panel shows it. If there is an IPv6 address too, type both:",
            "203.0.113.10 2001:db8::10",
        )
        answers, wrong = read_addresses(said)
        trial = draft.answered(**answers)
        for name in answers if not wrong else ():
            wrong = wrong or wrong_in(BY_NAME[name], trial.answers)
        if not wrong:
            return trial
        terminal.wrong(wrong[:1])


def read_addresses(said: str) -> tuple[dict[str, tuple[str, ...]], list[Finding]]:
    """Return the answers in ``said``, one or two IP addresses, and what is wrong with it."""
    answers: dict[str, tuple[str, ...]] = {}
    for word in said.replace(",", " ").split():
        try:
            found = ip_interface(word)
        except ValueError:
            reason = f"{word!r} is not an IP address"
            return {}, [SERVER_ADDRESS.found("", reason=reason)]
        name = "ipv4" if isinstance(found.ip, IPv4Address) else "ipv6"
        if name in answers:
            reason = f"{said!r} holds two {name.replace('ip', 'IP')} addresses"
            return {}, [SERVER_ADDRESS.found("", reason=reason)]
        answers[name] = (str(found.ip),)
        if name == "ipv6" and "/" in word and 0 < found.network.prefixlen < found.max_prefixlen:
            answers["ipv6_prefix"] = (str(found.network.prefixlen),)
    if "ipv4" not in answers:
        reason = "an IPv4 address is needed: many receivers have no other"
        return {}, [SERVER_ADDRESS.found("", reason=reason)]
    return answers, []


def ask_host_key(draft: Draft, terminal: Terminal) -> Draft:
    """Show the key that the server has, and ask a person to compare it."""
    if not draft.has_own_host:
        return draft
    told, address = draft.one("host_key"), draft.one("ipv4")
    if told and host_key.is_complete(told):
        return draft
    while True:
        try:
            with terminal.working(f"Asking {address} for its key"):
                key = host_key.scan(address, draft.one("ssh_port") or "22")
        except HostKeyError as error:
            terminal.show(f"  ✗ {error}")
            terminal.ask("Try again?", "Enter tries again, < goes back to the address.")
            continue
        shown = host_key.fingerprint(key)
        answer = told if told and told != host_key.SCAN else _asked_same(address, shown, terminal)
        told = ""
        if answer.lower() in ("y", "yes") or host_key.wish(answer) == shown:
            return draft.answered(host_key=(key,))
        if host_key.wish(answer):
            terminal.show(f"  ✗ that is another key than the one that {address} shows: {shown}")
        terminal.show(
            f"  ✗ then it is not taken: is {address} really your server? < goes back to the address"
        )


def _asked_same(address: str, fingerprint: str, terminal: Terminal) -> str:
    return terminal.ask(
        "Is this your server's key?",
        f"{address} shows  {fingerprint}",
        "Anybody on the way could have sent it. In the console that the provider's",
        "panel has (not over SSH), log in and type",
        "    ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        "Type y if it prints the same, or paste here what it prints.",
        default=NO,
    )


def look_at(draft: Draft, terminal: Terminal) -> Draft:
    """Log in, say what the server is, and find out how it is connected."""
    if not draft.has_own_host:
        return draft
    draft = log_in_only(draft, terminal)
    found = draft.server
    if found is None:
        return draft
    draft = draft.unless_answered(ssh_user=(found.user,))
    return connected(draft, found.uplink, terminal)


def log_in_only(draft: Draft, terminal: Terminal) -> Draft:
    """Log in to the server, and say what it is."""
    if not draft.has_own_host:
        return draft
    named = draft.key_file
    while True:
        try:
            with terminal.working("Logging in by SSH, and looking around"):
                found = log_in(draft, named, os.environ)
            break
        except ServerError as error:
            terminal.show(f"  ✗ {error}")
            if isinstance(terminal, Nobody):
                raise NobodyError("name a key that opens the server by --ssh-key") from None
            named = terminal.ask(
                "Which SSH key opens the server?",
                "Its file, the private half (without .pub). Enter looks in ~/.ssh once more.",
            )
    for line in told(found):
        terminal.show(line)
    return replace(draft, server=found)


def log_in(draft: Draft, named: str, environment: Mapping[str, str]) -> Server:
    """Return the draft's server, logged in to by the key ``named``, or those in ~/.ssh.

    Raises:
        ServerError: no key opens it, or it is another server.
    """
    keys, refused = server.keys(named, environment)
    users = [draft.one("ssh_user")] if draft.one("ssh_user") else server.USERS
    return server.log_in(draft.target(), keys, refused, users)


def told(found: Server) -> list[str]:
    """Return what a person is told of a server that was logged in to."""
    lines = [f"  ✓ {found.key.called} opens it, as {found.user}"]
    if found.survey is None:
        return [*lines, "  · what it is cannot be read; the preview looks again"]
    lines.append(f"  · it is {_system(found.survey)}")
    if not found.survey.is_root:
        lines.append(
            f"  ✗ {found.user} has no root's rights there without a password\n"
            f"    cure: on the server, echo '{found.user} ALL=(ALL) NOPASSWD: ALL' | "
            f"sudo tee /etc/sudoers.d/{found.user}"
        )
    return lines


def _system(found: Survey) -> str:
    memory = f"{found.memory} MiB of memory"
    return f"{found.release.name}, {found.architecture or found.machine}, {memory}"


def connected(draft: Draft, found: Uplink, terminal: Terminal) -> Draft:
    """Return ``draft`` with the server's IPv6, as found there; what a person said comes first."""
    told = draft.one("ipv6")
    if (not told and not found.address) or draft.has("ipv6_gateway"):
        if not told and not draft.has("ipv6"):
            terminal.show(
                "  · it has no IPv6 address; if the panel names one, go back by < and type both"
            )
        return draft
    address = told or found.address
    draft = draft.answered(ipv6=(address,))
    if found.is_up and address == found.address:
        terminal.show(f"  · its IPv6 address {address} works already")
        return draft.answered(ipv6_gateway=())
    is_same = address == found.address
    gateway = found.gateway if is_same and found.gateway else GATEWAY
    prefix = draft.one("ipv6_prefix") or (str(found.prefix) if is_same and found.prefix else PREFIX)
    source = "as its files say" if is_same and found.gateway else "as most providers have it"
    terminal.show(
        f"  · its IPv6 address {address} is not set up there yet: that will be done, with the "
        f"gateway {gateway} and /{prefix}, {source}"
    )
    return draft.answered(ipv6_gateway=(gateway,), ipv6_prefix=(prefix,))
