"""The step for automatic updates and swap, on a folder in a server's place."""

from pathlib import Path

import pytest

from tests.components.host.stand_in import StandIn

SETTINGS = "/etc/apt/apt.conf.d/52tapal-upgrades"
TIMER = "/etc/systemd/system/apt-daily-upgrade.timer.d/tapal.conf"
UNIT = "/etc/systemd/system/var-lib-tapal-swap.swap"
SWAP = "/var/lib/tapal/swap"
DECIDED = "/var/lib/tapal/swap.decided"
AT_BOOT = "/etc/systemd/system/swap.target.wants/var-lib-tapal-swap.swap"
POLICY = "/usr/sbin/policy-rc.d"
HEAD = "Filename\tType\tSize\tUsed\tPriority\n"
PROGRAMS = {
    "systemctl": """
      case "$*" in
      "enable --now var-lib-tapal-swap.swap")
        [ ! -e "$root/no-swap" ] || { echo "swapon failed: Operation not permitted"; exit 1; }
        mkdir -p "$root/etc/systemd/system/swap.target.wants"
        touch "$root/etc/systemd/system/swap.target.wants/var-lib-tapal-swap.swap"
        echo "$root/var/lib/tapal/swap file 1 0 -2" >>"$root/proc/swaps" ;;
      "disable var-lib-tapal-swap.swap") rm -f "$root"/etc/systemd/system/swap.target.wants/* ;;
      "show -P NeedDaemonReload "*) [ ! -e "$root/unread" ] || echo yes ;;
      esac""",
    "swapoff": """
      [ ! -e "$root/full" ] || { echo "swapoff failed: Cannot allocate memory"; exit 1; }
      sed -i "\\\\#^$1 #d" "$root/proc/swaps" """,
    "mkswap": "",
    "df": 'echo Avail; cat "$root/free"',
    # Holes instead of as many zeros.
    "dd": """
      for word; do
        case $word in of=*) file=${word#of=} ;; count=*) size=${word#count=} ;; esac
      done
      truncate -s "${size}M" "$file" """,
}


@pytest.fixture
def host(tmp_path: Path) -> StandIn:
    moved = (
        "/etc/apt",
        "/etc/systemd",
        "/var/lib/tapal",
        "/proc/meminfo",
        "/proc/swaps",
        "/usr/sbin",
    )
    made = StandIn(tmp_path, PROGRAMS, moved)
    made.path("/etc/apt/apt.conf.d").mkdir(parents=True)
    made.path("/etc/systemd/system").mkdir(parents=True)
    made.write("/proc/swaps", HEAD)
    made.write("/free", "9000\n")
    memory(made, 4096)
    return made


def memory(host: StandIn, megabytes: int) -> None:
    host.write("/proc/meminfo", f"MemTotal:      {megabytes * 1024} kB\nMemFree: 9 kB\n")


def run(
    host: StandIn,
    action: str = "apply",
    *,
    upgrades: str = "yes",
    at: str = "",
    reboot: str = "no",
    swap: str = "auto",
) -> str:
    data = f"upgrades={upgrades}\nat={at}\nreboot={reboot}\nswap={swap}\n"
    done = host.run("upkeep", data, action)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_security_updates_are_on_and_reboot_nothing(host: StandIn) -> None:
    run(host)
    text = host.path(SETTINGS).read_text()
    assert 'APT::Periodic::Unattended-Upgrade "1";' in text
    assert '"origin=Debian,archive=testing,label=Debian"' in text
    assert 'Unattended-Upgrade::Automatic-Reboot "false";' in text
    assert not host.path(TIMER).exists()
    assert "systemctl enable --now apt-daily.timer apt-daily-upgrade.timer" in host.called


def test_an_hour_is_the_only_one_at_which_they_come(host: StandIn) -> None:
    run(host, at="04:00", reboot="yes")
    assert 'Automatic-Reboot "true";' in host.path(SETTINGS).read_text()
    assert host.path(TIMER).read_text().splitlines()[1:] == [
        "[Timer]",
        "OnCalendar=",
        "OnCalendar=*-*-* 04:00:00",
        "RandomizedDelaySec=0",
        "Persistent=false",
    ]
    assert "systemctl try-restart apt-daily-upgrade.timer" in host.called
    run(host, at="04:00", reboot="yes")
    assert "systemctl try-restart apt-daily-upgrade.timer" not in host.called
    run(host)
    assert not host.path(TIMER).parent.exists()
    assert "systemctl try-restart apt-daily-upgrade.timer" in host.called


def test_off_leaves_what_the_distribution_set(host: StandIn) -> None:
    run(host, at="04:00")
    assert host.called
    run(host, upgrades="no")
    assert not host.path(SETTINGS).exists()
    assert not host.path(TIMER).exists()
    assert not any("enable" in one for one in host.called)


@pytest.mark.parametrize(
    ("megabytes", "swaps", "swap", "size"),
    [
        (4096, "", "auto", 0),
        (1024, "", "auto", 0),
        (1023, "", "auto", 1024),
        (512, "/swapfile file 1048572 0 -2\n", "auto", 0),
        (512, "", "off", 0),
        (4096, "", "256", 256),
        (512, "/swapfile file 1048572 0 -2\n", "256", 256),
    ],
)
def test_swap_where_memory_is_small(
    host: StandIn, megabytes: int, swaps: str, swap: str, size: int
) -> None:
    memory(host, megabytes)
    host.write("/proc/swaps", HEAD + swaps)
    said = run(host, swap=swap)
    file = host.path(SWAP)
    assert (file.stat().st_size // 1048576 if file.exists() else 0) == size
    assert host.path(UNIT).exists() == bool(size)
    assert (f"swap: {size} MB" if size else "swap: none of ours") in said
    assert not size or file.stat().st_mode & 0o777 == 0o600


def test_a_second_run_leaves_the_swap_as_it_is(host: StandIn) -> None:
    run(host, swap="256")
    assert host.called
    run(host, swap="256")
    assert not any(one.startswith(("dd", "mkswap", "swapoff")) for one in host.called)


def test_another_size_is_another_file(host: StandIn) -> None:
    run(host, swap="256")
    run(host, swap="512")
    assert host.path(SWAP).stat().st_size == 512 * 1048576
    run(host, swap="off")
    assert not host.path(SWAP).exists()
    assert not host.path(UNIT).exists()
    assert host.path("/proc/swaps").read_text() == HEAD


def test_a_container_that_refuses_swap_goes_on_without(host: StandIn) -> None:
    host.write("/no-swap", "")
    said = run(host, swap="256")
    assert (
        "warning: no swap: the kernel refuses it (a container, or the kind of file system)" in said
    )
    assert not host.path(SWAP).exists()


def test_a_small_disk_is_not_filled(host: StandIn) -> None:
    host.write("/free", "1200\n")
    said = run(host, swap="256")
    assert "warning: no swap: 1200 MB of disk are free, and 256 MB of swap must leave 1024" in said
    assert not host.path(SWAP).exists()


def test_swap_that_is_needed_stays_and_is_told_of(host: StandIn) -> None:
    run(host, swap="256")
    host.write("/full", "")
    assert "warning: the swap file stays: memory is too full" in run(host, swap="off")
    assert host.path(SWAP).exists()


def test_on_destroy_both_are_taken_back(host: StandIn) -> None:
    run(host, at="04:00", swap="256")
    run(host, "delete")
    assert [one for one in (SETTINGS, TIMER, UNIT, SWAP) if host.path(one).exists()] == []


def test_what_was_decided_on_swap_is_noted(host: StandIn) -> None:
    noted = host.path(DECIDED)
    run(host)
    assert noted.read_text() == "0\n"
    run(host, swap="256")
    assert noted.read_text() == "256\n"
    host.write("/free", "1200\n")
    run(host, swap="512")
    assert noted.read_text() == "no room\n"
    host.write("/free", "9000\n")
    host.write("/no-swap", "")
    run(host, swap="512")
    assert noted.read_text() == "refused\n"
    run(host, "delete")
    assert not noted.exists()


def test_swap_that_is_off_or_not_there_at_boot_is_mended(host: StandIn) -> None:
    run(host, swap="256")
    host.write("/proc/swaps", HEAD)
    run(host, swap="256")
    assert SWAP in host.path("/proc/swaps").read_text()
    host.path(AT_BOOT).unlink()
    run(host, swap="256")
    assert host.path(AT_BOOT).exists()


def test_an_hour_that_systemd_has_not_read_is_read(host: StandIn) -> None:
    run(host, at="04:00")
    assert host.called
    host.write("/unread", "")
    run(host, at="04:00")
    assert "systemctl daemon-reload" in host.called


def policy(host: StandIn, text: str) -> Path:
    file = host.write(POLICY, f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


def test_a_policy_that_keeps_chasquid_from_starting_goes_aside_and_comes_back(
    host: StandIn,
) -> None:
    file = policy(host, "exit 101")
    assert "kept chasquid from being started" in run(host)
    assert not file.exists()
    run(host, "delete")
    assert file.read_text() == "#!/bin/sh\nexit 101\n"


def test_a_policy_of_ours_that_was_left_goes(host: StandIn) -> None:
    file = policy(host, "# written by tapal\nexit 101")
    run(host)
    assert not file.exists()
    assert not host.path(f"{POLICY}.before-tapal").exists()


def test_a_policy_about_others_stays(host: StandIn) -> None:
    file = policy(host, "[ $1 = chasquid ] || exit 101")
    assert "policy" not in run(host)
    assert file.exists()
