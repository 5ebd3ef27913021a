"""An installation that was cut off on the host is finished by the next step that installs."""

from collections.abc import Iterator

import pytest

from lab import nodes
from tests.e2e.conftest import Deployment

STEPS = "/usr/local/lib/tapal/steps"
# A package whose configuration kills dpkg the first time, as a power cut would.
BROKEN = """
set -e
cd "$(mktemp -d)"
mkdir -p cut-off/DEBIAN
cat >cut-off/DEBIAN/control <<'END'
Package: cut-off
Version: 1
Architecture: all
Maintainer: a <a@a.test>
Description: a package that was cut off
END
echo '#!/bin/sh' >cut-off/DEBIAN/postinst
cat >>cut-off/DEBIAN/postinst <<'END'
[ -e /root/was-cut-off ] || { touch /root/was-cut-off; kill -9 "$PPID"; sleep 1; exit 1; }
END
chmod 755 cut-off/DEBIAN/postinst
dpkg-deb -b cut-off cut-off.deb >/dev/null
dpkg -i cut-off.deb
"""


def on_vps(text: str, stdin: str = "") -> tuple[int, str]:
    """Run a script on the VPS; return its status and output."""
    done = nodes.run("vps", ["bash", "-c", text], stdin=stdin.encode(), timeout=120)
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture(scope="module", autouse=True)
def _mended(deployment: Deployment) -> Iterator[None]:
    """What these tests have broken on the host is seen, and mended for those that follow."""
    yield
    deployment.stack.up("--skip-preview").expect()


def test_a_step_finishes_what_was_cut_off(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    try:
        on_vps("dpkg --force-depends --remove certbot")
        assert on_vps(BROKEN)[0] != 0
        status, said = on_vps("apt-get -y install certbot")
        assert status != 0, said
        assert "dpkg --configure -a" in said
        status, said = on_vps(f"bash {STEPS}/packages.sh apply", "certbot\ncut-off\n")
        assert status == 0, said
        assert "finishing an installation that was interrupted" in said
        assert on_vps("dpkg --audit")[1] == ""
        assert on_vps("test -x /usr/bin/certbot")[0] == 0
    finally:
        on_vps("dpkg --purge cut-off; rm -f /root/was-cut-off")


def test_a_policy_that_was_left_behind_is_taken_for_ours(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    policy = "/usr/sbin/policy-rc.d"
    on_vps(f"printf '#!/bin/sh\\n# written by tapal\\nexit 101\\n' >{policy}; chmod 755 {policy}")
    on_vps("dpkg --remove chasquid")
    status, said = on_vps(f"bash {STEPS}/chasquid-install.sh apply", "minimum=1.19\nmirror=\n")
    assert status == 0, said
    assert on_vps(f"test -e {policy}")[0] != 0


def test_a_mirror_that_does_not_answer_is_named_as_the_cause(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    moved = "/etc/apt/moved"
    on_vps(f"mv /etc/apt/sources.list.d {moved}; mkdir /etc/apt/sources.list.d")
    try:
        on_vps(
            "echo 'deb http://127.0.0.1:9/debian trixie main' >/etc/apt/sources.list.d/dead.list"
        )
        status, said = on_vps(f"bash {STEPS}/packages.sh apply", "a-package-that-is-not-there\n")
        assert status != 0
        assert "apt-get update failed" in said
        assert "is the package mirror reachable from the host?" in said
    finally:
        on_vps(f"rm -r /etc/apt/sources.list.d; mv {moved} /etc/apt/sources.list.d; apt-get update")
