"""What the host's own steps do on the deployed server when its stack says something else."""

import pytest

from lab import nodes
from tests.e2e.conftest import Deployment

STEPS = "/usr/local/lib/tapal/steps"
OTHERS = "/etc/apt/sources.list.d/others.list"
DOCKER = "deb https://download.docker.test/linux/debian trixie stable\n"
# Logs in on 465 of the host itself, and prints the code.
LOG_IN = (
    "python3 -c 'import smtplib, ssl, sys;"
    's = smtplib.SMTP_SSL("127.0.0.1", context=ssl._create_unverified_context());'
    "print(s.login(sys.argv[1], sys.argv[2])[0])'"
)
SECURITY = "deb https://security.ubuntu.test/ubuntu noble-security main\n"
OWN = "deb http://mirror.of-the-provider.test/debian trixie main\n"


def on_vps(text: str, stdin: str = "") -> str:
    """Run a script on the VPS, which must succeed, and return what it says."""
    done = nodes.run("vps", ["bash", "-c", text], stdin=stdin.encode(), timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


def system(mirror: str) -> str:
    """Run the step with another package mirror."""
    name = on_vps("hostname").strip()
    data = f"name={name}\ntimezone=\nlocale=\nmirror={mirror}\n"
    return on_vps(f"bash {STEPS}/system.sh apply", data)


@pytest.fixture
def lists(deployment: Deployment) -> str:
    """Give the host a list of sources of a provider's and of others; return what it holds."""
    assert deployment.up.status == 0
    on_vps(f"cat >{OTHERS}", DOCKER + SECURITY + OWN)
    return DOCKER + SECURITY + OWN


def test_a_package_mirror_is_named_changed_and_taken_away(lists: str) -> None:
    try:
        system("http://first.test/debian")
        moved = on_vps(f"cat {OTHERS}")
        assert moved == DOCKER + SECURITY + "deb http://first.test/debian trixie main\n"
        assert "second.test" in system("http://second.test/debian/")
        assert on_vps(f"cat {OTHERS}") == moved.replace("first", "second")
        assert "as it was" in system("")
        assert on_vps(f"cat {OTHERS}") == lists
        assert "package mirror" not in system("")
    finally:
        on_vps(f"rm -f {OTHERS} {OTHERS}.before-tapal")


def test_the_hook_leaves_other_certificates_alone(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    other = "/etc/letsencrypt/live/www.other.test"
    on_vps(f"mkdir -p {other}; echo secret >{other}/privkey.pem; echo x >{other}/fullchain.pem")
    try:
        on_vps(f"RENEWED_LINEAGE={other} /etc/letsencrypt/renewal-hooks/deploy/tapal")
        assert on_vps("ls -d /etc/chasquid/certs/*/").count("\n") == 1
    finally:
        on_vps(f"rm -r {other}")


def test_a_start_that_changes_nothing_restarts_nothing(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    name = on_vps("hostname").strip()
    data = f"name={name}\nports=25 465 587\n"
    step = f"bash {STEPS}/chasquid-start.sh apply"
    on_vps(step, data)
    assert "runs with all of this already" in on_vps(step, data)
    # With a time of the past, as a clock that was set back leaves it.
    file = "/etc/chasquid/chasquid.conf"
    on_vps(f"cp -p {file} /root/; echo '# a change' >>{file}; touch -d 2020-01-01 {file}")
    try:
        assert "starting chasquid" in on_vps(step, data)
        assert "runs with all of this already" in on_vps(step, data)
    finally:
        on_vps(f"cp -p /root/chasquid.conf {file}")
        on_vps(step, data)


def test_changed_users_are_read_at_once_and_restart_nothing(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    data = f"name={on_vps('hostname').strip()}\nports=25 465 587\n"
    step = f"bash {STEPS}/chasquid-start.sh apply"
    on_vps(step, data)
    pid = on_vps("systemctl show -P MainPID chasquid")
    add = "chasquid-util -C=/etc/chasquid user-add --password=secret new@tapal.test"
    users = "/etc/chasquid/domains/tapal.test/users"
    on_vps(f"cp -p {users} /root/; {add}")
    try:
        assert "reads its users again" in on_vps(step, data)
        assert on_vps("systemctl show -P MainPID chasquid") == pid
        codes = on_vps(f"{LOG_IN} new@tapal.test secret")
        assert codes.split() == ["235"]
    finally:
        on_vps(f"cp -p /root/users {users}")
        on_vps(step, data)


def test_a_failing_command_of_the_stack_keeps_chasquid_from_nothing(deployment: Deployment) -> None:
    assert deployment.up.status == 0
    name = on_vps("hostname").strip()
    hook = "/etc/letsencrypt/renewal-hooks/deploy/tapal"
    on_vps(f"mv {hook} /root/hook; printf '#!/bin/sh\\nexit 3\\n' >{hook}; chmod 755 {hook}")
    try:
        said = on_vps(f"bash {STEPS}/chasquid-start.sh apply", f"name={name}\nports=25 465 587\n")
        assert "a command of tapal:acme.reload failed" in said
    finally:
        on_vps(f"mv /root/hook {hook}")
