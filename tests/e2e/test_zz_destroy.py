"""Last but one, and so named: `pulumi destroy` removes what is ours and leaves what is not."""

from lab import nodes, plan
from tests.e2e.conftest import Deployment, records


def test_destroy_removes_ours_and_leaves_the_rest(deployment: Deployment) -> None:
    done = deployment.stack.destroy()
    assert done.status == 0, done.output
    assert records("tapal.test") == deployment.zone_before
    left = nodes.run("vps", ["sh", "-c", "find /etc /usr/local /var/lib -name '*tapal*'"])
    assert left.stdout.decode().split() == []
    for path in ("/etc/chasquid/domains/tapal.test", "/etc/letsencrypt/live/smtp.tapal.test"):
        assert nodes.run("vps", ["test", "-e", path]).returncode != 0, path
    assert nodes.run("vps", ["systemctl", "is-active", "chasquid"]).returncode != 0
    state = nodes.run("vps", ["sh", "-c", "ls -d /var/lib/tapal-gate /var/lib/private/tapal-gate"])
    assert state.stdout == b""
    units = ("tapal-gate.service", "tapal-gate.socket", "tapal-gate-deny.path")
    sign = ("tapal-gate-sign.service", "tapal-gate-sign.socket")
    for unit in (*units, "tapal-gate-post.path", "tapal-door.service", *sign):
        assert nodes.run("vps", ["systemctl", "is-active", unit]).returncode != 0, unit
    for name in ("gate.sock", "sign.sock"):
        assert nodes.run("vps", ["test", "-e", f"/run/tapal-gate/{name}"]).returncode != 0
    assert nodes.run("vps", ["getent", "group", "tapal-sign"]).returncode != 0
    hook = nodes.run("vps", ["cat", "/etc/chasquid/hooks/post-data"]).stdout
    assert hook.startswith(b"#!/bin/bash"), "Debian's own is back"
    for path in ("/var/lib/private/tapal-door", "/etc/tapal/firewall.d"):
        assert nodes.run("vps", ["test", "-e", path]).returncode != 0, path
    assert nodes.run("vps", ["nft", "list", "table", "inet", "tapal"]).returncode != 0
    assert nodes.run("vps", ["hostname"]).stdout.decode().strip() == plan.VPS_HOSTNAME
    locale = nodes.run("vps", ["cat", "/etc/default/locale"]).stdout
    assert locale == b"LANG=C.UTF-8\n", "as the provider's image has it"
    assert plan.VPS.name.encode() not in nodes.run("vps", ["cat", "/etc/hosts"]).stdout
