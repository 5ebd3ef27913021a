"""What leaves the deployed server: how fast mail does, and what else may."""

import json
import secrets
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from lab import nodes, plan
from lab.demo import settings
from tests.e2e.conftest import Deployment, api, zone_path

OUTSIDER = "somebody@receiver.test"
RULES = "/etc/tapal/firewall.nft"
ALIASES = "/etc/chasquid/domains/tapal.test/aliases"
LIMIT = "smtpd_client_connection_count_limit"
BURST, MOST, SECONDS = 200, 10, 8.0
RECEIVERS, ROUNDS = 50, 8
ANSWER = 0.3  # seconds that such a receiver takes for a mail
ZONE = "third.test"
PROGRAMS = Path(__file__).parent


def on(node: str, *argv: str) -> str:
    """Run a command on a node, which must succeed, and return what it says."""
    done = nodes.run(node, argv, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def hand_in(subject: str, envelopes: list[list[str]]) -> None:
    """Hand in mails to the server, from the world; no account's limits apply to them."""
    order = {"host": plan.VPS.ipv4, "source": plan.RECEIVER.ipv4, "sender": OUTSIDER}
    order_ = json.dumps(order | {"subject": subject, "envelopes": envelopes})
    text = (PROGRAMS / "handing_in.py").read_bytes()
    done = nodes.run("world", ["python3", "-", order_], stdin=text, timeout=120)
    assert done.stdout.decode().strip() == str(len(envelopes)), done.stderr.decode()


@pytest.fixture(autouse=True)
def is_up(deployment: Deployment) -> None:
    """Have the server up."""
    assert deployment.up.status == 0


@contextmanager
def without_rule() -> Iterator[None]:
    """Have the server open as many connections to a receiver as it likes."""
    listed = json.loads(on("vps", "nft", "-j", "-a", "list", "chain", "inet", "tapal", "output"))
    rules = [one["rule"] for one in listed["nftables"] if "rule" in one]
    handles = [one["handle"] for one in rules if "@receiver" in json.dumps(one["expr"])]
    assert len(handles) == 2
    for handle in handles:
        on("vps", "nft", "delete", "rule", "inet", "tapal", "output", "handle", str(handle))
    try:
        yield
    finally:
        on("vps", "nft", "-f", RULES)


@pytest.fixture
def narrow_receiver() -> Iterator[None]:
    """Have the receiver take ten connections of one client at once, and refuse what is more."""
    on("world", "postconf", "-e", f"{LIMIT}={MOST}")
    on("world", "systemctl", "restart", "postfix.service")
    yield
    on("world", "postconf", "-X", LIMIT)
    on("world", "systemctl", "restart", "postfix.service")


def burst() -> tuple[float, int]:
    """Hand in many mails for the receiver; return seconds until all lie there, and the refused."""
    subject = secrets.token_hex(8)
    since = on("world", "date", "+%s.%N").strip()
    start = time.monotonic()
    hand_in(subject, [[f"r{number}@tapal.test"] for number in range(BURST)])
    while (came := _came(subject)) < BURST:
        assert time.monotonic() - start < 60, f"{came} of {BURST} came"
        time.sleep(0.1)
    seconds = time.monotonic() - start
    said = on("world", "journalctl", "-o", "cat", "--since", f"@{since}")
    return seconds, said.count("Connection concurrency limit exceeded")


def _came(subject: str) -> int:
    grep = f"grep -rlF '{subject}' /var/mail/lab/{plan.MAILBOX}/new | wc -l"
    return int(on("world", "sh", "-c", grep))


@pytest.mark.usefixtures("narrow_receiver")
def test_a_burst_to_one_receiver_is_not_refused() -> None:
    seconds, refused = burst()
    print(f"{BURST} mails: {seconds:.1f} s, {refused} connections refused", file=sys.stderr)
    assert refused == 0
    assert seconds <= SECONDS


@pytest.fixture
def receivers() -> Iterator[list[str]]:
    """Make receivers with an address and a name each, and an alias that leads to all of them."""
    addresses = [f"198.51.100.{60 + number}" for number in range(RECEIVERS)]
    for one in addresses:
        on("world", "ip", "address", "replace", f"{one}/25", "dev", "eth0")
    records = f"{zone_path(ZONE)}/dns_records"
    made = [
        api("POST", records, {"type": "A", "name": f"r{n}.{ZONE}", "content": one, "ttl": 60})
        for n, one in enumerate(addresses)
    ]
    before = on("vps", "cat", ALIASES)
    fan = ", ".join(f"you@r{number}.{ZONE}" for number in range(RECEIVERS))
    _write_aliases(f"{before}\nfan: {fan}\n")
    yield addresses
    _write_aliases(before)
    for one in made:
        api("DELETE", f"{records}/{one['id']}")


def _write_aliases(text: str) -> None:
    # In place: owner and mode stay. chasquid reads it anew on SIGHUP.
    on("vps", "sh", "-c", f'printf %s "$1" >{ALIASES}', "sh", text)
    on("vps", "systemctl", "kill", "--signal=HUP", "chasquid.service")
    time.sleep(1)


def fan_out(addresses: list[str]) -> dict[str, Any]:
    """Send a mail to all receivers at once; return what they saw.

    One, since with more at the same time systemd's resolver loses questions of chasquid's, which
    are asked again after 5 s, with any rules.
    """
    time.sleep(0.5)  # the follower fills rules that were just loaded
    order = json.dumps({"addresses": addresses, "mails": RECEIVERS, "seconds": ANSWER})
    argv = nodes.node("world").enter(["python3", "-c", _program("sinks"), order])
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as sinks:
        assert sinks.stdout is not None
        assert sinks.stdout.readline() == "ready\n"
        hand_in("fan", [["fan@tapal.test"]])
        found: dict[str, Any] = json.loads(sinks.stdout.read())
    assert found["mails"] == RECEIVERS, found
    return found


def _program(name: str) -> str:
    return (PROGRAMS / f"{name}.py").read_text(encoding="utf-8")


def test_many_receivers_at_once_are_served_as_fast_as_without_the_rule(
    receivers: list[str],
) -> None:
    fan_out(receivers)  # the names are known then
    free: list[float] = []
    ruled: list[float] = []
    for number in range(ROUNDS):
        # Now one first, now the other.
        for rule in (None, "rule") if number % 2 else ("rule", None):
            with nullcontext() if rule else without_rule():
                (ruled if rule else free).append(fan_out(receivers)["seconds"])
    medians = statistics.median(ruled) / statistics.median(free)
    best = min(ruled) / min(free)
    print(
        f"{RECEIVERS} receivers: {ruled} s, without the rule {free}: "
        f"medians {medians:.2f}, best {best:.2f}",
        file=sys.stderr,
    )
    assert best < 1.15, (ruled, free)


def connects(host: str, port: int) -> str:
    """Return what becomes of a connection from the server, and after how many seconds."""
    code = (
        "import socket, sys, time\n"
        "start = time.monotonic()\n"
        "try: socket.create_connection((sys.argv[1], int(sys.argv[2])), 5); said = 'open'\n"
        "except OSError as error: said = str(error)\n"
        "print(said, 'at once' if time.monotonic() - start < 0.5 else 'late')"
    )
    return on("vps", "python3", "-c", code, host, str(port)).strip()


@pytest.mark.parametrize("host", [plan.CA.ipv4, plan.CA.ipv6])
def test_what_is_not_named_does_not_leave(host: str) -> None:
    assert connects(host, 14000) == "open at once", "the ACME server's own port is known"
    assert connects(host, 15000).endswith("refused at once"), "though Pebble listens there too"
    refused = on("vps", "nft", "list", "set", "inet", "tapal", "refused")
    assert "tcp . 15000 counter" in refused


def test_udp_and_programs_without_rights_are_refused_too() -> None:
    code = (
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"try: s.sendto(b'x', ('{plan.CA.ipv4}', 5000)); print('sent')\n"
        "except OSError as error: print(error)"
    )
    assert on("vps", "runuser", "-u", "nobody", "--", "python3", "-c", code) != "sent\n"
    assert "udp . 5000 counter" in on("vps", "nft", "list", "set", "inet", "tapal", "refused")


def test_what_a_server_needs_leaves() -> None:
    assert "Err" not in on("vps", "apt-get", "update")
    assert plan.RECEIVER.ipv4 in on("vps", "getent", "ahostsv4", plan.RECEIVER.name)
    on("vps", "ping", "-c", "1", "-W", "2", plan.RECEIVER.ipv4)
    on("vps", "ping", "-c", "1", "-W", "2", plan.RECEIVER.ipv6)
    renew = ["certbot", "renew", "--force-renewal", "--no-random-sleep-on-renew", "--quiet"]
    on("vps", "env", "REQUESTS_CA_BUNDLE=/etc/tapal/acme-ca.pem", *renew)


def test_a_stack_opens_another_port(deployment: Deployment) -> None:
    def opened(config: dict[str, Any]) -> None:
        config["tapal:host"]["openOutgoing"] = [15000, "udp/5000"]

    with settings.variant(opened) as changed:
        changed.up("--skip-preview").expect()
        assert connects(plan.CA.ipv4, 15000) == "open at once"
    deployment.stack.up("--skip-preview").expect()
    assert connects(plan.CA.ipv4, 15000).endswith("refused at once")


def test_apts_own_proxy_is_reached(deployment: Deployment) -> None:
    """A provider's proxy at another port worked before; it goes on to, whatever the stack says."""
    assert deployment.up.status == 0
    conf = "/etc/apt/apt.conf.d/99-test-proxy"
    line = f'Acquire::https::Proxy "http://{plan.CA.ipv4}:15000/";'
    on("vps", "sh", "-c", f"echo '{line}' >{conf}")
    step = "/usr/local/lib/tapal/steps/{}.sh"
    try:
        on("vps", "bash", step.format("firewall"), "apply")
        on("vps", "bash", step.format("firewall"), "confirm")
        assert connects(plan.CA.ipv4, 15000) == "open at once"
    finally:
        on("vps", "rm", conf)
        on("vps", "bash", step.format("firewall"), "apply")
        on("vps", "bash", step.format("firewall"), "confirm")
    assert connects(plan.CA.ipv4, 15000).endswith("refused at once")


def test_a_firewall_that_is_not_confirmed_gives_way_to_the_one_before() -> None:
    step, rules = "/usr/local/lib/tapal/steps/firewall.sh", "/etc/tapal/firewall.nft"
    timer = "tapal-firewall-rollback"
    on("vps", "sed", "-i.before", "s/tcp dport @apt accept/tcp dport 15000 accept/", rules)
    try:
        on("vps", "bash", step, "apply")
        assert on("vps", "systemctl", "is-active", f"{timer}.timer") == "active\n"
        assert connects(plan.CA.ipv4, 15000) == "open at once"
        on("vps", "systemctl", "start", f"{timer}.service")
        time.sleep(1)
        assert connects(plan.CA.ipv4, 15000).endswith("refused at once")
        late = nodes.run("vps", ["bash", step, "confirm"])
        assert late.returncode != 0
        assert b"was taken back before it was confirmed" in late.stdout
        # Whatever loads rules by itself loads those that were confirmed.
        on("vps", "systemctl", "restart", "tapal-firewall.service")
        assert connects(plan.CA.ipv4, 15000).endswith("refused at once")
    finally:
        on("vps", "mv", f"{rules}.before", rules)
        on("vps", "bash", step, "apply")
        on("vps", "bash", step, "confirm")
    assert on("vps", "systemctl", "list-timers", "--no-legend", f"{timer}.timer") == ""


def test_nftables_own_service_does_not_take_it_away() -> None:
    for action in ("restart", "reload", "stop"):
        on("vps", "systemctl", action, "nftables.service")
        if action == "stop":
            on("vps", "systemctl", "start", "nftables.service")
        assert connects(plan.CA.ipv4, 15000).endswith("refused at once"), action
    on("vps", "systemctl", "stop", "nftables.service")
    on("vps", "systemctl", "restart", "tapal-firewall.service")
