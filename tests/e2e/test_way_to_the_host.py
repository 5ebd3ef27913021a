"""How the host is reached may change without any file being written; a wrong host gets nothing."""

import re
from typing import Any

from lab import keys, nodes
from lab.demo import settings
from lab.vps import snapshot
from tests.e2e.conftest import Deployment


def test_a_new_port_rewrites_no_file_but_the_firewalls_own(deployment: Deployment) -> None:
    nodes.run(
        "vps", ["sh", "-c", "printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/port.conf"]
    )
    nodes.run(
        "vps", ["nft", "insert", "rule", "inet", "tapal", "input", "tcp", "dport", "2222", "accept"]
    )
    nodes.run("vps", ["systemctl", "restart", "ssh"])

    def other_port(config: dict[str, Any]) -> None:
        config["tapal:host"]["ssh"]["port"] = 2222

    before = snapshot.take()
    try:
        with settings.variant(other_port) as changed:
            done = changed.up()
        assert done.status == 0, done.output
        after = snapshot.take()
        assert after.changed_since(before) == {"/etc/tapal/firewall.nft"}
        assert after.chasquid == before.chasquid
    finally:
        nodes.run(
            "vps",
            ["nft", "insert", "rule", "inet", "tapal", "input", "tcp", "dport", "22", "accept"],
        )
        deployment.stack.up("--skip-preview").expect()
        nodes.run("vps", ["rm", "/etc/ssh/sshd_config.d/port.conf"])
        nodes.run("vps", ["systemctl", "restart", "ssh"])


def test_another_host_key_stops_before_anything_is_sent(deployment: Deployment) -> None:
    def stranger(config: dict[str, Any]) -> None:
        config["tapal:host"]["ssh"]["hostKey"] = keys.public_key("stranger")

    before = snapshot.take()
    with settings.variant(stranger) as changed:
        refused = changed.up()
    assert refused.status != 0
    assert re.search("not the pinned one|host key", refused.output), refused.output
    assert snapshot.take().changed_since(before) == set()
    assert deployment.up.status == 0
    # The mistake is not remembered: with the right settings the very next look works.
    assert deployment.stack.preview("--expect-no-changes").status == 0


def test_a_gateway_that_is_not_there_is_named_and_ipv6_goes_on(deployment: Deployment) -> None:
    def nobody(config: dict[str, Any]) -> None:
        config["tapal:host"]["ipv6"]["gateway"] = "2001:db8:113::99"

    before = snapshot.take()
    with settings.variant(nobody) as changed:
        refused = changed.up()
    assert refused.status != 0
    assert "no IPv6 gateway 2001:db8:113::99 answers on" in refused.output
    assert b"via fe80::1 " in nodes.run("vps", ["ip", "-6", "route", "show", "default"]).stdout
    assert snapshot.take().changed_since(before) == set()
    assert deployment.stack.up("--skip-preview").status == 0
    assert snapshot.take().changed_since(before) == set()
