"""The step that installs packages, and chasquid with them or nothing at all."""

import subprocess
from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn

DATA = "minimum=1.19\nmirror=\ncertbot\nhtop\n"
SOURCE = "/etc/apt/sources.list.d/tapal-testing.sources"
POLICY = "/usr/sbin/policy-rc.d"
DEBIAN, UBUNTU = "ID=debian\nVERSION_CODENAME=trixie\n", "ID=ubuntu\nVERSION_CODENAME=jammy\n"
OWN = "http://mirror.provider.test/linux trixie main\n"
TARGETS = (
    "http://download.other.test/php trixie main\n"
    "http://security.test/debian-security trixie-security main\n"
    + OWN
    + "http://mirror.provider.test/linux trixie-updates main\n"
)
# As apt 2.6 (Debian 12), 3.0 (Debian 13) and its newer solver say it.
TOO_OLD = """\
The following packages have unmet dependencies:
 chasquid : Depends: libc6 (>= 2.42) but 2.36-9+deb12u14 is to be installed
            Depends: libfoo9 but it is not installable
E: Unable to correct problems, you have held broken packages.
"""
TOO_OLD_NEWER = """\
E: Unable to satisfy dependencies. Reached two conflicting decisions:
   1. chasquid:amd64=1.99-1 is selected for install
   2. chasquid:amd64 Depends libc6 (>= 2.42)
      but none of the choices are installable:
"""
PROGRAMS = {
    # Packages are files in a folder; each holds its version.
    "dpkg-query": """
      file=$root/packages/${!#}
      [ -e "$file" ] || { echo "no packages found" >&2; exit 1; }
      case $2 in
      *Status*Version*) echo "installed $(cat "$file")" ;;
      *Status*) echo installed ;;
      *) cat "$file" ;;
      esac""",
    "dpkg": '[ "$1" != --compare-versions ] || exec /usr/bin/dpkg "$@"',
    "apt-cache": 'echo "  Candidate: $(cat $root/offered 2>/dev/null || echo "(none)")"',
    "apt-get": """
      case "$*" in
      *--print-uris) while read -r uri suite rest; do
        for file in InRelease main/binary-amd64/Packages.xz; do
          echo "'$uri/dists/$suite/$file' some_file 0 "
        done
      done <"$root/targets" ;;
      *" install "*)
        cp "$root/usr/sbin/policy-rc.d" "$root/policy"
        if [ -e "$root/refusal" ]; then cat "$root/refusal"; exit 100; fi
        names="$*"
        for name in ${names##* install }; do echo 1.19.0-1 >"$root/packages/$name"; done ;;
      *" remove "*) rm "$root/packages/${!#}" ;;
      esac""",
}


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    made = StandIn(
        tmp_path, PROGRAMS, ("/etc/apt", "/etc/os-release", POLICY, "/var/lib/dpkg", "/usr/share")
    )
    made.write("/etc/os-release", DEBIAN)
    made.write("/usr/share/keyrings/debian-archive-keyring.gpg", "")
    for folder in ("/packages", "/var/lib/dpkg/updates", "/usr/sbin", "/etc/apt/sources.list.d"):
        made.path(folder).mkdir(parents=True)
    made.write("/offered", "1.19.0-1")
    made.write("/targets", TARGETS)
    return made


def test_all_is_installed_at_once_after_one_update(host: StandIn) -> None:
    host.write("/packages/certbot", "4")
    done = host.run("packages", DATA)
    assert done.returncode == 0, done.stdout + done.stderr
    called = host.called
    assert sum(one.endswith(" update") for one in called) == 1
    (installing,) = [one for one in called if " install " in one]
    assert installing.endswith(" install htop chasquid")
    assert "installed 2 packages" in done.stdout


def test_chasquid_alone_is_not_started_by_its_package(host: StandIn) -> None:
    assert host.run("packages", DATA).returncode == 0
    assert not host.path(POLICY).exists()
    policy = host.path("/policy")
    policy.chmod(0o755)
    said = [host_status(policy, unit) for unit in ("chasquid-smtp.socket", "chasquid", "certbot")]
    assert said == [101, 101, 0]


def host_status(policy: Path, unit: str) -> int:
    return subprocess.run(["sh", str(policy), unit, "start"], check=False).returncode


def test_a_second_run_does_nothing(host: StandIn) -> None:
    assert host.run("packages", DATA).returncode == 0
    assert host.called
    done = host.run("packages", DATA)
    assert done.stdout == "all packages are there\n"
    assert not any(one.endswith(" update") or " install " in one for one in host.called)


def test_somebody_elses_policy_stays(host: StandIn) -> None:
    host.write(POLICY, "#!/bin/sh\nexit 0\n")
    assert host.run("packages", DATA).returncode == 0
    assert host.path(POLICY).read_text() == "#!/bin/sh\nexit 0\n"


@pytest.mark.parametrize("refusal", [TOO_OLD, TOO_OLD_NEWER])
def test_a_libc_that_is_too_old_is_named_as_the_cause(host: StandIn, refusal: str) -> None:
    host.write("/refusal", refusal)
    host.write("/packages/libc6", "2.36-9+deb12u14")
    done = host.run("packages", DATA)
    assert done.returncode == 1
    assert (
        "failed: chasquid 1.19.0-1 needs libc6 (>= 2.42), and this host has 2.36-9+deb12u14\n"
        "cure: rebuild the server with a newer release of its system (Debian 13, Ubuntu 24.04)\n"
    ) in done.stdout
    assert not host.path(POLICY).exists()


def test_a_package_that_nobody_offers_is_named_with_its_setting(host: StandIn) -> None:
    host.write("/refusal", "E: Unable to locate package htopp\n")
    done = host.run("packages", DATA)
    assert "failed: the host's package sources have no package htopp\n" in done.stdout
    assert "tapal:host.packages" in done.stdout


def test_anything_else_is_told_in_apts_own_words(host: StandIn) -> None:
    host.write("/refusal", "E: Sub-process /usr/bin/dpkg returned an error code (1)\n")
    done = host.run("packages", DATA)
    assert "debug: E: Sub-process" in done.stdout
    assert "failed: apt-get could not install certbot htop chasquid\n" in done.stdout


@pytest.mark.parametrize(
    ("offered", "said"), [("1.15.0-1", "chasquid 1.15.0-1"), ("", "no chasquid")]
)
def test_an_old_mirror_is_refused_before_anything_is_installed(
    host: StandIn, offered: str, said: str
) -> None:
    host.write("/offered", offered or "(none)")
    done = host.run("packages", DATA)
    assert f"offers {said}, and 1.19 is needed" in done.stdout
    assert not any(" install " in one for one in host.called)


@pytest.mark.parametrize(
    ("system", "given", "targets", "mirror"),
    [
        (DEBIAN, "", TARGETS, "http://mirror.provider.test/linux"),
        (DEBIAN, "", "http://a.test/debian sid main\n", "http://a.test/debian"),
        (DEBIAN, "", OWN, "http://deb.debian.org/debian"),
        (DEBIAN, "", "", "http://deb.debian.org/debian"),
        (DEBIAN, "http://b.test/debian", TARGETS, "http://b.test/debian"),
        (UBUNTU, "", TARGETS, "http://deb.debian.org/debian"),
        (UBUNTU, "http://b.test/debian", TARGETS, "http://b.test/debian"),
        ('ID="debian"\n', "", TARGETS, "http://mirror.provider.test/linux"),
    ],
)
def test_where_chasquid_comes_from(
    host: StandIn, system: str, given: str, targets: str, mirror: str
) -> None:
    host.write("/etc/os-release", system)
    host.write("/targets", targets)
    assert host.run("packages", DATA.replace("mirror=", f"mirror={given}")).returncode == 0
    assert f"\nURIs: {mirror}\n" in host.path(SOURCE).read_text()


@pytest.mark.parametrize(
    ("system", "own", "keys"),
    [
        (DEBIAN, True, "/usr/share/keyrings/debian-archive-keyring.gpg"),
        (DEBIAN, False, "/etc/apt/keyrings/tapal-debian.asc"),
        (UBUNTU, True, "/etc/apt/keyrings/tapal-debian.asc"),
        (UBUNTU, False, "/etc/apt/keyrings/tapal-debian.asc"),
    ],
)
def test_by_whose_keys_it_is_proved(host: StandIn, system: str, own: bool, keys: str) -> None:
    host.write("/etc/os-release", system)
    if not own:
        host.path("/usr/share/keyrings/debian-archive-keyring.gpg").unlink()
    assert host.run("packages", DATA).returncode == 0
    assert host.path(SOURCE).read_text().endswith(f"Signed-By: {host.path(keys)}\n")


def test_what_a_stack_leaves_when_it_goes(host: StandIn) -> None:
    assert host.run("packages", DATA).returncode == 0
    assert host.run("packages", DATA, "delete").returncode == 0
    assert not host.path(SOURCE).exists()
    assert sorted(one.name for one in host.path("/packages").iterdir()) == ["certbot", "htop"]
